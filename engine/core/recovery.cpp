#include "engine/core/recovery.hpp"

namespace lastcall::core {

void Recovery::add(const Event& event) {
  if (const auto* ending = get_event<CallTerminating>(event)) {
    calls_[ending->call].ending = true;
  } else if (const auto* announced = get_event<EndingAnnounced>(event)) {
    calls_[announced->call].client_holds = true;
  } else if (const auto* released = get_event<ClientReleased>(event)) {
    calls_[released->call].client_holds = false;
  } else if (const auto* end = get_event<CallTerminated>(event)) {
    calls_.erase(end->call);
  } else if (const auto* media = std::get_if<MediaEvent>(&event)) {
    add_media(*media);
  } else if (const auto* dialog = std::get_if<DialogEvent>(&event)) {
    add_proofs(*dialog);
  }
}

void Recovery::add_proofs(const DialogEvent& event) {
  if (const auto* refused = std::get_if<RequestChallenged>(&event)) {
    unanswered_[refused->transaction] =
        RequestSigned{LayerId::kDialog, refused->call, refused->transaction, {}};
  } else if (const auto* mended = std::get_if<RequestMended>(&event)) {
    unanswered_.erase(mended->refused);
  } else if (const auto* finished = std::get_if<RequestFinished>(&event)) {
    unanswered_.erase(finished->transaction);
  } else if (const auto* held = std::get_if<RequestHeld>(&event)) {
    unanswered_[held->transaction] = CredentialsJudged{held->call, held->transaction, false};
  } else if (const auto* judged = std::get_if<RequestJudged>(&event)) {
    unanswered_.erase(judged->transaction);
  }
}

void Recovery::add_media(const MediaEvent& event) {
  const auto streams_of = [this](CallId call) -> auto& { return calls_[call].streams; };
  match(
      event, [&](const StreamOpening& e) { streams_of(e.call).try_emplace(e.stream); },
      [&](const StreamOpened& e) { streams_of(e.call)[e.stream].local = e.local; },
      [&](const StreamDirected& e) {
        streams_of(e.call)[e.stream].directed =
            DirectStream{e.call, e.stream, e.remote, e.direction, e.payload_type};
      },
      [&](const StreamClosed& e) { streams_of(e.call).erase(e.stream); },
      [&](const StreamOrphaned& e) { streams_of(e.call).erase(e.stream); },
      [&](const MediaHeld& e) { calls_[e.call].holders[e.holder] = {e.call, e.holder}; },
      [&](const MediaLetGo& e) { calls_[e.call].holders.erase(e.holder); },
      [](const StreamStopping&) {}, [](const AudioRefused&) {}, [](const MediaCleaning&) {});
}

std::vector<KeptStream> Recovery::streams() const {
  std::vector<KeptStream> all;
  for (const auto& [id, call] : calls_) {
    if (call.ending) continue;
    for (const auto& [stream, held] : call.streams) {
      if (held.local) all.push_back({{id, stream}, *held.local, held.directed});
    }
  }
  return all;
}

std::vector<Input> Recovery::reports() const {
  std::vector<Input> all;
  for (const auto& [id, call] : calls_) {
    for (const auto& [stream, held] : call.streams) {
      if (!held.local) {
        all.emplace_back(StreamFailed{id, stream});
      } else if (call.ending) {
        all.emplace_back(StreamStopped{.call = id, .stream = stream});
      }
    }
    for (const auto& [holder, released] : call.holders) all.emplace_back(released);
    if (call.client_holds) all.emplace_back(NoticeTaken{id, NoticeKind::kEnding});
  }
  for (const auto& [transaction, answer] : unanswered_) all.push_back(answer);
  return all;
}

}  // namespace lastcall::core
