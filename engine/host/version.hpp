#pragma once
// The version of the engine, as logs and `lastcall version` tell it.

#include <string_view>

namespace lastcall::host {

inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace lastcall::host
