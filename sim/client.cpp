#include "sim/client.hpp"

#include <algorithm>
#include <utility>

namespace lastcall::sim {

namespace {
// The choice behind the delays: at once, but it says so twice.
constexpr std::uint32_t kTwice = std::size(delays::kConfirm);
}  // namespace

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
  const std::uint32_t index = scene.decisions.draw_next(key, kTwice + 1);
  // It deals with the notices of all calls, one after the other: it starves all of them.
  if (index == delays::kConfirmStarves) scene.tell(Faulted{{}, "client late"});
  const Duration late = index == kTwice ? Duration::zero() : delays::kConfirm[index];
  busy_until_ = std::max(busy_until_, scene.now + late);
  scene.agenda.put(busy_until_, NoticeReaches{notice, index == kTwice});
}

void Client::hear(const Reply& reply, const Scene& scene) {
  const bool known = std::ranges::find(calls_, reply.call, &Known::call) != calls_.end();
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
  if (silent_ && is_ending) return {};
  const NoticeTaken taken{notice.call, notice.notice};
  std::vector<Input> said;
  if (calls_back_ && is_ending) said.emplace_back(command(Op::kHangup, {}));
  said.emplace_back(taken);
  if (due.twice) said.emplace_back(taken);
  return said;
}

CommandGiven Client::command(Op op, std::string target) {
  return {.command = CommandId{++commands_},
          .op = op,
          .call = op == Op::kCall ? CallId{} : current(),
          .target = std::move(target)};
}

}  // namespace lastcall::sim
