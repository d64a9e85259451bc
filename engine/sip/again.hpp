#pragma once
// A request sent once more, changed where it must be: with credentials (RFC 3261 22.2), after 422,
// 423, 3xx, 415 or 420 (8.1.3.5), to the next target (RFC 3263 4.3: a new branch), over TCP instead
// of UDP (18.1.1). All that is not asked to change stays byte for byte. Decides nothing; called by
// the layers that know why the request goes again.

#include "engine/model/endpoint.hpp"
#include "engine/model/sip_message.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lastcall::sip {

// What is left out stays as it is.
struct Changes {
  std::string_view request_uri = {};
  std::string_view branch = {};            // of the top Via
  std::optional<Endpoint> sent_by = {};    // transport, host and port of the top Via
  std::optional<std::uint32_t> cseq = {};  // the number; the method stays
  std::vector<Header> drop = {};           // every line of these kinds
  std::string_view lines = {};             // complete lines, see header_line()

  // A new body with its type; it may be empty. All that described the old one (Content-Type,
  // -Length, -Encoding, -Language, -Disposition) goes with it.
  struct Body {
    std::string_view bytes = {};
    std::string_view content_type = {};
  };
  std::optional<Body> body = {};
};

// `request` as it was sent, with the changes. New lines stand behind the last line that proxies
// read first (Via, Route, Record-Route, Proxy-Require, Max-Forwards: RFC 3261 7.3.1). To replace a
// line drop its kind and add the new one.
[[nodiscard]] std::string again(const SipMessage& request, const Changes& changes);

}  // namespace lastcall::sip
