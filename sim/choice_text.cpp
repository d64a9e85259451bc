#include "sim/choice_text.hpp"

#include "engine/model/layer_id.hpp"
#include "sim/client.hpp"
#include "sim/decisions.hpp"
#include "sim/network.hpp"

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

std::string_view manner_text(Manner manner) {
  switch (manner) {
    case Manner::kTwice:
      return "is taken twice";
    case Manner::kNever:
      return "is never taken";
    case Manner::kHangsUp:
      return "makes the user hang up inside it";
    case Manner::kHangsUpTwice:
      return "makes the user hang up inside it and right behind it";
    case Manner::kOnce:
      break;
  }
  return "is taken once";
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
      if (key.from == 2) return fmt::format("port {} after a crash", which);
      return fmt::format("{} {}", key.from == 0 ? "crash" : "start", which);
    case ChoiceKind::kStall:
      return "the engine";
    case ChoiceKind::kDiskFails:
      return "the disk";
    case ChoiceKind::kPartition:
    case ChoiceKind::kMove:
      return sender_of(key);
    case ChoiceKind::kName:
      return fmt::format("name {}", which);
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
      return fmt::format("{} is {}", subject,
                         value == 2 ? "refused, and the engine is told" : "lost");
    case ChoiceKind::kDuplicate:
      return fmt::format("{} arrives twice", subject);
    case ChoiceKind::kLateTimer:
      return fmt::format("{} is handled {} late", subject, duration_text(delays::kTimer, value));
    case ChoiceKind::kLateMedia:
      if (value >= std::size(delays::kConfirm)) return fmt::format("{} is never done", subject);
      return fmt::format("{} takes {}", subject, duration_text(delays::kConfirm, value));
    case ChoiceKind::kLateNotice:
      if (value >= std::size(delays::kConfirm)) {
        return fmt::format("{} {}", subject, manner_text(manner_of(value)));
      }
      return fmt::format("{} is dealt with after {}", subject,
                         duration_text(delays::kConfirm, value));
    case ChoiceKind::kLateDisk:
      return fmt::format("{} takes {}", subject, duration_text(delays::kDisk, value));
    case ChoiceKind::kCrash:
      if (key.from == 2) return fmt::format("{} cannot be had", subject);
      if (key.from == 1) {
        return fmt::format("{} is {} after the crash", subject,
                           duration_text(delays::kDown, value));
      }
      return fmt::format("{} falls {} commit {} of the engine{}", subject,
                         value % 3 == 1 ? "before" : "behind", (value - 1) / 3 + 1,
                         value % 3 == 2 ? ", before its orders left" : "");
    case ChoiceKind::kStall:
      return fmt::format("{} stands still for {} from commit {} on", subject,
                         duration_text(delays::kStall, (value - 1) % 3), (value - 1) / 3 + 1);
    case ChoiceKind::kDiskFails:
      return fmt::format("{} fails at commit {}", subject, value);
    case ChoiceKind::kPartition: {
      const Cut cut = cut_of(value);
      return fmt::format("{} is cut off {} for {} from datagram {} on", subject, name(cut.way),
                         duration_text({&cut.lasts, 1}, 0), cut.from);
    }
    case ChoiceKind::kMove: {
      const Move move = move_of(value);
      return fmt::format("{} sends from another port from its datagram {} on{}", subject, move.from,
                         move.forgets ? "; the old one leads nowhere" : "");
    }
    case ChoiceKind::kName:
      return fmt::format("{} leads {}, after {}", subject,
                         delays::leads_nowhere(value) ? "nowhere" : "to its host",
                         duration_text(delays::kName, value / 2));
    case ChoiceKind::kLateAct:
      return fmt::format("{} comes later (delay {})", subject, value);
  }
  return {};
}

}  // namespace lastcall::sim
