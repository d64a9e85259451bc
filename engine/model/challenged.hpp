#pragma once
// A realm that wants to know who we are, with what our side adds to the answer. Stands in orders to
// sign, and in the events and states of the layers that ask for a signature.

#include "engine/base/fields.hpp"

#include <cstdint>
#include <string>
#include <tuple>

namespace lastcall {
inline namespace model {

// One challenge (RFC 7616 3.4).
struct Challenged {
  bool proxy = false;     // Proxy-Authenticate, not WWW-Authenticate
  std::string challenge;  // the header's value
  std::string cnonce;
  std::uint32_t count = 1;  // nc: how often this nonce is used now
  bool operator==(const Challenged&) const = default;
  static constexpr auto kFields =
      std::tuple{field("proxy", &Challenged::proxy), field("challenge", &Challenged::challenge),
                 field("cnonce", &Challenged::cnonce), field("count", &Challenged::count)};
};

}  // namespace model
}  // namespace lastcall
