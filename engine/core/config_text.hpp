#pragma once
// The configuration of a run as text, for the run row of a log: what a rerun needs beside the seed,
// which has a column of its own (EVENTLOG G10). The host writes it, replay reads it. The set of
// layers that confirm is not part of it: the kernel knows its layers.
//
//   cleanup_timeout_ns=5000000000 contact=10.0.0.1 port=5060 ring_timeout_ns=180000000000
//   rules=two-phase shard=0 transport=udp user=lastcall          (one line)

#include "engine/core/layer.hpp"

#include <expected>
#include <string>
#include <string_view>

namespace lastcall::core {

[[nodiscard]] std::string config_text(const Config& config);

// Seed and layers are left at their defaults. The error is a sentence that names the setting.
// Settings must all be there; one that this version does not know is an error too, since it may
// have changed a decision.
[[nodiscard]] std::expected<Config, std::string> parse_config(std::string_view text);

}  // namespace lastcall::core
