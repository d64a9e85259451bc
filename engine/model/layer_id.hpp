#pragma once
// The layers of the engine, and those that must confirm before a call's ids are released.

#include "engine/base/enum_names.hpp"
#include "engine/base/enum_set.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace lastcall {
inline namespace model {

// kWorld is the sender of what comes from outside; it is no layer.
enum class LayerId : std::uint8_t {
  kWorld,
  kTransaction,
  kDialog,
  kSession,
  kMedia,
  kClient,
  kRegistration
};
[[nodiscard]] constexpr auto names_of(LayerId) {
  return std::array<std::string_view, 7>{"World", "Transaction", "Dialog",      "Session",
                                         "Media", "Client",      "Registration"};
}

// A layer that holds something of a call and confirms its release (RACES TP-10).
enum class CleanupLayer : std::uint8_t { kDialog, kMedia, kClient };
[[nodiscard]] constexpr auto names_of(CleanupLayer) {
  return std::array<std::string_view, 3>{"Dialog", "Media", "Client"};
}
using CleanupLayers = EnumSet<CleanupLayer>;

}  // namespace model
}  // namespace lastcall
