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

std::string to_sentence(const ChoiceKey& key, std::uint32_t value) {
  const std::uint32_t which = key.nth + 1;
  switch (key.kind) {
    case ChoiceKind::kPostpone:
      return fmt::format("item {} from {} to {} waits until {} later item{} been handled", which,
                         name(static_cast<LayerId>(key.from)), name(static_cast<LayerId>(key.to)),
                         value, value == 1 ? " has" : "s have");
    case ChoiceKind::kDelay:
      return fmt::format("datagram {} of {} travels for {}", which, sender_of(key),
                         duration_text(delays::kFlight, value));
    case ChoiceKind::kLoss:
      return fmt::format("datagram {} of {} is lost", which, sender_of(key));
    case ChoiceKind::kDuplicate:
      return fmt::format("datagram {} of {} arrives twice", which, sender_of(key));
    case ChoiceKind::kLateTimer:
      return fmt::format("deadline {} is handled {} late", which,
                         duration_text(delays::kTimer, value));
    case ChoiceKind::kLateMedia:
      return fmt::format("stream order {} takes {}", which, duration_text(delays::kConfirm, value));
    case ChoiceKind::kLateNotice:
      return fmt::format("notice {} is dealt with after {}", which,
                         duration_text(delays::kConfirm, value));
    case ChoiceKind::kLateDisk:
      return fmt::format("commit {} takes {}", which, duration_text(delays::kDisk, value));
    case ChoiceKind::kCrash:
      return fmt::format("the engine crashes at point {}", which);
  }
  return {};
}

}  // namespace lastcall::sim
