#pragma once
// Tells SIP from what else goes over a wire, by its start line (RFC 3261 7.1, 7.2), and reads what
// counting needs from messages that a parser would refuse: cut ones and broken ones.

#include "engine/model/sip_names.hpp"
#include "replay/capture/reader.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace lastcall::replay::capture {

// Of a request the method, of a response the status.
struct StartLine {
  std::string_view method;
  int status = 0;
};

// The start line that `text` begins with, behind line ends; nothing if it is not SIP.
[[nodiscard]] std::optional<StartLine> start_line(Bytes text);

// Whether `text` means to be SIP but has no start line that can be read ("ACK  SIP/2.0").
[[nodiscard]] bool has_broken_start_line(Bytes text);

enum class Begins { kNo, kMaybe, kYes };
// Whether `text` begins with a message; maybe: its first line is not complete.
[[nodiscard]] Begins begins_message(Bytes text);

// Where in a piece of a stream the first line stands that begins a message, or may do so as the
// last line; npos if none does.
[[nodiscard]] std::size_t find_message(Bytes piece);

// The value of the first header of this kind, of a message that no parser need accept; empty if
// there is none.
[[nodiscard]] std::string_view header_value(Bytes text, Header kind);

}  // namespace lastcall::replay::capture
