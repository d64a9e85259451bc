// Fuzz target: URIs, addresses, Vias and lists. What was read is written and read to the same.

#include "engine/sip/uri.hpp"

#include "engine/base/check.hpp"
#include "engine/sip/headers.hpp"
#include "engine/sip/params.hpp"
#include "tests/fuzz/target.hpp"

#include <string>

namespace lastcall::fuzz {
namespace {

void check_uri(std::string_view text) {
  const auto uri = sip::parse_uri(text);
  if (!uri) {
    CHECK(uri.error().position <= text.size(), "a fault lies inside the text");
    return;
  }
  const std::string written = sip::to_text(*uri);
  const auto again = sip::parse_uri(written);
  CHECK(again && *again == *uri, "a URI is written and read to the same");
  CHECK(sip::is_equal(*uri, *again) && sip::is_equal(*again, *uri), "a URI equals itself");
  (void)sip::endpoint_of(*uri);
  const auto address = sip::numeric_host(uri->host);
  CHECK(!address || sip::numeric_host(*address) == address, "an address is in its own form");
  CHECK(sip::unescape(uri->user).size() <= uri->user.size(), "escapes are longer than they say");
}

void check_address(std::string_view text) {
  const auto address = sip::parse_name_addr(text);
  if (!address) {
    CHECK(address.error().position <= text.size(), "a fault lies inside the text");
    return;
  }
  CHECK(!sip::scheme_of(address->uri).empty(), "an address has a URI");
  const std::string bracketed = "<" + std::string{address->uri} + ">";
  const auto bare = sip::parse_name_addr(bracketed);
  CHECK(bare && bare->uri == address->uri && bare->tag.empty(), "a URI can stand in <>");
  check_uri(address->uri);
}

void check_list(std::string_view text) {
  std::size_t elements = 0;
  for (std::optional<std::string_view> rest = text; rest;) {
    const sip::ListSplit split = sip::split_list(*rest);
    CHECK(!split.rest || split.rest->size() < rest->size(), "a list becomes shorter");
    rest = split.rest;
    ++elements;
  }
  CHECK(elements <= text.size() + 1, "elements are separated by commas");
}

}  // namespace

// Shows SEC-07.
void run(std::string_view bytes) {
  check_uri(bytes);
  check_address(bytes);
  check_list(bytes);
  const auto via = sip::parse_via(bytes);
  CHECK(!via || !via->host.empty(), "a Via has a sent-by");
  (void)sip::parse_cseq(bytes);
  (void)sip::param(bytes, "tag");
}

}  // namespace lastcall::fuzz
