#include "sim/choice_text.hpp"

#include "engine/model/layer_id.hpp"
#include "sim/decisions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace lastcall::sim {
namespace {

std::string duration_text(std::span<const Duration> table, std::uint32_t value) {
  const Duration length = table[std::min<std::size_t>(value, table.size() - 1)];
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(length).count();
  return ms >= 1000 ? fmt::format("{} s", ms / 1000) : fmt::format("{} ms", ms);
}

std::string sender_of(const ChoiceKey& key) {
  return key.from == 0 ? std::string{"the engine"} : fmt::format("peer {}", key.from);
}

}  // namespace

std::string to_subject(const ChoiceKey& key) {
  const std::uint32_t which = key.nth + 1;
  const auto from = static_cast<LayerId>(key.from);
  const auto to = static_cast<LayerId>(key.to);
  switch (key.kind) {
    case ChoiceKind::kPostpone:
      if (from == LayerId::kWorld && to == LayerId::kTransaction) {
        return fmt::format("datagram {} to the engine", which);
      }
      if (from == LayerId::kWorld) return fmt::format("input {} to {}", which, name(to));
      // Acts of the simulated user and audio are about themselves (World::wait_for_turn).
      if (from == to)
        return fmt::format("act {} of {}", which, to == LayerId::kMedia ? "audio" : "UI");
      return fmt::format("mail {} from {} to {}", which, name(from), name(to));
    case ChoiceKind::kDelay:
    case ChoiceKind::kLoss:
    case ChoiceKind::kDuplicate:
      return fmt::format("datagram {} of {}", which, sender_of(key));
    case ChoiceKind::kLateTimer:
      return fmt::format("deadline {}", which);
    case ChoiceKind::kLateMedia:
      return fmt::format("stream order {}", which);
    case ChoiceKind::kLateNotice:
      return fmt::format("notice {}", which);
    case ChoiceKind::kLateDisk:
      return fmt::format("commit {}", which);
    case ChoiceKind::kCrash:
      return fmt::format("crash point {}", which);
    case ChoiceKind::kLateAct:
      return fmt::format("act {} of the user", which);
  }
  return {};
}

std::string to_sentence(const ChoiceKey& key, std::uint32_t value) {
  const std::string subject = to_subject(key);
  switch (key.kind) {
    case ChoiceKind::kPostpone:
      return fmt::format("{} waits until {} later item{} been handled", subject, value,
                         value == 1 ? " has" : "s have");
    case ChoiceKind::kDelay:
      return fmt::format("{} travels for {}", subject, duration_text(delays::kFlight, value));
    case ChoiceKind::kLoss:
      return fmt::format("{} is lost", subject);
    case ChoiceKind::kDuplicate:
      return fmt::format("{} arrives twice", subject);
    case ChoiceKind::kLateTimer:
      return fmt::format("{} is handled {} late", subject, duration_text(delays::kTimer, value));
    case ChoiceKind::kLateMedia:
      return fmt::format("{} takes {}", subject, duration_text(delays::kConfirm, value));
    case ChoiceKind::kLateNotice:
      return fmt::format("{} is dealt with after {}", subject,
                         duration_text(delays::kConfirm, value));
    case ChoiceKind::kLateDisk:
      return fmt::format("{} takes {}", subject, duration_text(delays::kDisk, value));
    case ChoiceKind::kCrash:
      return fmt::format("the engine crashes at point {}", key.nth + 1);
    case ChoiceKind::kLateAct:
      return fmt::format("{} comes later (delay {})", subject, value);
  }
  return {};
}

}  // namespace lastcall::sim
