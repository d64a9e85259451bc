#pragma once
// What a side can do, in headers: option tags (Supported, Require, Proxy-Require, Unsupported;
// RFC 3261 19.2), methods (Allow), body types (Accept). Judges nothing; the inspection of requests
// in the dialog layer does.

#include "engine/base/enum_set.hpp"
#include "engine/model/sip_message.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lastcall::sip {

// The extensions that this engine can act on.
enum class OptionTag : std::uint8_t { k100rel, kTimer, kReplaces, kNorefersub };
[[nodiscard]] constexpr auto names_of(OptionTag) {
  return std::array<std::string_view, 4>{"100rel", "timer", "replaces", "norefersub"};
}

struct OptionTags {
  EnumSet<OptionTag> known = {};
  std::vector<std::string> unknown = {};  // as written, in their order

  bool operator==(const OptionTags&) const = default;
};
// Those of all lines of one kind; no line is no tag. Tags are compared in either case.
[[nodiscard]] OptionTags option_tags_of(const SipMessage& message, Header kind);
// "100rel, timer"; empty for none.
[[nodiscard]] std::string write_option_tags(EnumSet<OptionTag> tags);
// "a, b": what Unsupported says of the unknown tags of a Require (8.2.2.3).
[[nodiscard]] std::string write_list(const std::vector<std::string>& words);

// The methods of Allow, unknown ones as kOther; nothing if there is no Allow, which means that
// nothing is known (20.5).
[[nodiscard]] std::optional<EnumSet<Method>> allowed_by(const SipMessage& message);
// "INVITE, ACK, BYE".
[[nodiscard]] std::string write_methods(EnumSet<Method> methods);

// "application/sdp" of "application/sdp;charset=x", spaces removed; compare in either case.
[[nodiscard]] std::string_view media_type(std::string_view content_type);
// Whether Accept takes this body type (20.1). Without Accept it is application/sdp alone; an empty
// Accept takes nothing.
[[nodiscard]] bool accepts(const SipMessage& message, std::string_view type);

}  // namespace lastcall::sip
