#pragma once
// SIP and SIPS URIs (RFC 3261 19.1). Does not resolve names: a host that is not numeric has no
// endpoint here. Called by the parser for request URIs and by the layers for contacts and routes.

#include "engine/model/endpoint.hpp"
#include "engine/sip/parse_error.hpp"

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace lastcall::sip {

// Views into the text it was read from; escapes (%HH) are left in place.
struct Uri {
  std::string_view scheme = {};  // as written
  std::string_view user = {};    // with the password, without '@'; empty if there is none
  std::string_view host = {};    // without the brackets of an IPv6 reference
  std::optional<std::uint16_t> port =
      {};                         // nothing: the default, which is not the same as 5060 (19.1.4)
  std::string_view params = {};   // from the first ';' on
  std::string_view headers = {};  // behind the '?'

  // The same text; is_equal() says whether they name the same.
  bool operator==(const Uri&) const = default;
};

// Reads a sip: or sips: URI. Other schemes are an error here; see scheme_of().
[[nodiscard]] std::expected<Uri, ParseError> parse_uri(std::string_view text);

// Whether both name the same (RFC 3261 19.1.4): scheme and host in either case, addresses by value
// (RFC 5954 4.2), the user letter by letter with escapes resolved, the port as written (5060 is not
// the same as none), parameters in any order; transport, user, ttl, method and maddr must stand in
// both or in neither, headers always. Not transitive.
[[nodiscard]] bool is_equal(const Uri& a, const Uri& b);
// Whether two hosts are the same: numeric ones by value, names in either case.
[[nodiscard]] bool is_same_host(std::string_view a, std::string_view b);

// The URI as text: parse_uri reads it back to an equal value.
[[nodiscard]] std::string to_text(const Uri& uri);

// The scheme in front of the ':' of any absolute URI; empty if there is none.
[[nodiscard]] std::string_view scheme_of(std::string_view uri);
// Whether it is "sip" or "sips", in letters of either case.
[[nodiscard]] bool is_sip_scheme(std::string_view scheme);

// The transport that its parameter or its scheme asks for; nothing for one that is unknown.
[[nodiscard]] std::optional<Transport> transport_of(const Uri& uri);

// Where to send to: the maddr parameter or the host when it is numeric, the port or the default
// (5060, 5061 for TLS), the transport parameter. Nothing for a name, or for another transport.
[[nodiscard]] std::optional<Endpoint> endpoint_of(const Uri& uri);

// The address in the form endpoints use (lower case, no brackets) if the host is a numeric IPv4 or
// IPv6 address. The ":::" of a mistaken ABNF becomes "::" (RFC 5118 4.10).
[[nodiscard]] std::optional<std::string> numeric_host(std::string_view host);

}  // namespace lastcall::sip
