#pragma once
// A registrar for the tests of who registers (RFC 3261 10.3): it keeps the bindings of the
// addresses of one domain in the order of Call-ID and CSeq, and carries out a REGISTER wholly or
// not at all. It asks nobody who they are, and speaks only when it is spoken to.

#include "engine/sip/binding.hpp"
#include "engine/sip/headers.hpp"
#include "engine/sip/uri.hpp"
#include "tests/engine/core/messages.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <vector>

namespace lastcall::core {

class TestRegistrar {
 public:
  struct Bound {
    std::string uri;
    std::string call_id;
    std::uint32_t cseq = 0;
    Instant until;
    bool operator==(const Bound&) const = default;
  };
  static constexpr std::chrono::seconds kLeast{60};
  static constexpr std::chrono::seconds kUsual{3600};

  // The response to this REGISTER, and the bindings as they are then (10.3, steps 5 to 8).
  std::string answer(const std::string& request, Instant now) {
    const SipMessage message = parsed(request);
    const auto aor = sip::parse_uri(message.to_uri());
    if (!aor || aor->host != "example.com") return refusal(request, 404);
    std::vector<Bound>& kept = bound_[std::string{aor->user}];
    std::erase_if(kept, [&](const Bound& each) { return each.until <= now; });
    std::vector<Bound> next = kept;  // what it would be: taken over only if all goes well
    const int status = update(message, now, next);
    if (status == 423) return refusal(request, 423, "Min-Expires: 60\r\n");
    if (status != 200) return refusal(request, status);
    kept = std::move(next);
    return text_of(request,
                   {.status = 200, .to_tag = "r", .lines = lines(kept, now), .contact = {}});
  }
  [[nodiscard]] const std::vector<Bound>& bound(const std::string& user) { return bound_[user]; }

 private:
  static std::string refusal(const std::string& request, int status, std::string lines = {}) {
    return text_of(request,
                   {.status = status, .to_tag = "r", .lines = std::move(lines), .contact = {}});
  }
  static std::string lines(const std::vector<Bound>& bound, Instant now) {
    std::string text;
    for (const Bound& each : bound) {
      const auto left = std::chrono::ceil<std::chrono::seconds>(each.until - now);
      text += sip::header_line(Header::kContact,
                               sip::write_binding({.uri = each.uri, .expires = left}));
    }
    return text;
  }
  static bool is_same(const std::string& a, const std::string& b) {
    return sip::is_equal(sip::parse_uri(a).value(), sip::parse_uri(b).value());
  }
  // Whether this message may change the binding: of one Call-ID only a later one (steps 6 and 7).
  static bool may_change(const Bound& bound, const SipMessage& message) {
    return bound.call_id != message.call_id() || message.cseq() > bound.cseq;
  }

  static int update(const SipMessage& message, Instant now, std::vector<Bound>& bound) {
    const auto contacts = sip::contacts_of(message);
    if (!contacts) return 400;
    const auto header = sip::parse_delta(message.header(Header::kExpires).value_or(""));
    if (contacts->all) {
      if (!header || *header != std::chrono::seconds{0}) return 400;
      const auto stays = [&](const Bound& each) { return !may_change(each, message); };
      if (std::ranges::any_of(bound, stays)) return 500;
      bound.clear();
    }
    for (const sip::Binding& each : contacts->bindings) {
      const auto length = each.expires.value_or(header.value_or(kUsual));
      if (length > std::chrono::seconds{0} && length < kLeast) return 423;
      const auto known = std::ranges::find_if(
          bound, [&](const Bound& other) { return is_same(other.uri, each.uri); });
      if (known != bound.end()) {
        if (!may_change(*known, message)) return 500;
        bound.erase(known);
      }
      if (length == std::chrono::seconds{0}) continue;
      bound.push_back({each.uri, std::string{message.call_id()}, message.cseq(), now + length});
    }
    return 200;
  }

  std::map<std::string, std::vector<Bound>> bound_;  // by user
};

}  // namespace lastcall::core
