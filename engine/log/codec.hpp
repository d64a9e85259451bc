#pragma once
// The JSON form of events: the one place that turns an Event into text and back, driven by kFields
// of each event and by the Event variant itself, so a new event needs nothing here. The raw bytes
// of a message (Wire) stand beside the JSON, never inside it. Knows no files; the SQLite log and
// whoever prints events call it. decode() inverts encode() exactly.
//
// How values look: integers as integers, never floats; ids as 16 hex digits; instants and durations
// as ns; enumerators by name, sets of them as arrays of names; an empty optional is left out.
// Members stand in declared order. Bytes of a string that are no UTF-8 become U+EF80 to U+EFFF, see
// json_writer.hpp.

#include "engine/model/event.hpp"

#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace lastcall::log {

// An event in the columns of a log. Views live as long as the program, `wire` as long as the event.
struct Encoded {
  std::string_view layer;  // "Session"
  std::string_view type;   // "CallTerminating"
  CallId call;             // none for what belongs to no call
  std::string data;        // JSON object
  std::optional<std::string_view> wire;
};

// Why a text is no event.
struct DecodeError {
  std::string where;     // "DialogStarted.routes[2]", or "byte 17" of the JSON text
  std::string sentence;  // what was expected there
  bool operator==(const DecodeError&) const = default;
};

// Writes `event` into `out`, whose capacity is used again.
void encode(const Event& event, Encoded& out);

// The event that these columns hold. `wire` is none where raw bytes are not kept.
[[nodiscard]] std::expected<Event, DecodeError> decode(std::string_view layer,
                                                       std::string_view type, std::string_view data,
                                                       std::optional<std::string_view> wire);

}  // namespace lastcall::log
