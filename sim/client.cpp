#include "sim/client.hpp"

#include <algorithm>
#include <utility>

namespace lastcall::sim {

namespace {

// The choices behind the delays: at once, but in another manner.
constexpr std::uint32_t kManners = std::size(delays::kConfirm);
// Only of an ending it can be silent, and it hangs up what is ending anyhow.
std::uint32_t manners_of(NoticeKind notice) { return notice == NoticeKind::kEnding ? 4 : 1; }

}  // namespace

Manner manner_of(std::uint32_t choice) {
  return choice < kManners ? Manner::kOnce : static_cast<Manner>(choice - kManners + 1);
}

void Client::remember(CallId call, CallState state) {
  const auto it = std::ranges::find(calls_, call, &Known::call);
  if (it == calls_.end()) {
    calls_.push_back({call, state});
  } else {
    it->state = state;
  }
}

void Client::hear(const Notify& notice, const Scene& scene) {
  scene.tell(ClientTold{notice});
  const ChoiceKey key{.kind = ChoiceKind::kLateNotice,
                      .from = static_cast<std::uint8_t>(notice.notice),
                      .call = scene.decisions.ordinal(notice.call)};
  const std::uint32_t index = scene.decisions.draw_next(key, kManners + manners_of(notice.notice));
  // It deals with the notices of all calls, one after the other: it starves all of them.
  if (index == delays::kConfirmStarves) scene.tell(Faulted{{}, Fault::kClientLate});
  const Manner manner = manner_of(index);
  if (manner == Manner::kNever) scene.tell(Faulted{notice.call, Fault::kClientSilent});
  const Duration late = index < kManners ? delays::kConfirm[index] : Duration::zero();
  busy_until_ = std::max(busy_until_, scene.now + late);
  scene.agenda.put(busy_until_, NoticeReaches{notice, manner});
}

void Client::hear(const Reply& reply, const Scene& scene) {
  const bool known = std::ranges::find(calls_, reply.call, &Known::call) != calls_.end();
  std::erase_if(unanswered_, [&](const auto& each) { return each.command == reply.command; });
  if (reply.call && !known) remember(reply.call, CallState::kInitiating);
  scene.tell(ClientAnswered{reply});
}

void Client::abort(CallId call) { remember(call, CallState::kTerminated); }

std::vector<Input> Client::take(const NoticeReaches& due) {
  const Notify& notice = due.notice;
  // What is no step of the call leaves its state as it was.
  switch (notice.notice) {
    case NoticeKind::kMessage:
    case NoticeKind::kTransfer:
    case NoticeKind::kRegistration:
      return {};
    default:
      break;
  }
  const bool is_ended = notice.notice == NoticeKind::kEnded;
  remember(notice.call, is_ended ? CallState::kTerminated : notice.state);
  const bool is_ending = notice.notice == NoticeKind::kEnding;
  if (!is_ending && !is_ended) return {};
  if ((silent_ && is_ending) || due.manner == Manner::kNever) return {};
  const NoticeTaken taken{notice.call, notice.notice};
  std::vector<Input> said;
  const bool hangs_up = due.manner >= Manner::kHangsUp || (calls_back_ && is_ending);
  if (hangs_up) said.emplace_back(give(Op::kHangup, notice.call, {}));
  said.emplace_back(taken);
  if (due.manner == Manner::kTwice) said.emplace_back(taken);
  if (due.manner == Manner::kHangsUpTwice) said.emplace_back(give(Op::kHangup, notice.call, {}));
  return said;
}

CommandGiven Client::command(Op op, std::string target) {
  return give(op, op == Op::kCall ? CallId{} : current(), std::move(target));
}

CommandGiven Client::give(Op op, CallId call, std::string target) {
  unanswered_.push_back(
      {.command = CommandId{++commands_}, .op = op, .call = call, .target = std::move(target)});
  return unanswered_.back();
}

}  // namespace lastcall::sim
