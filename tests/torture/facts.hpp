#pragma once
// What a torture file may expect of a message, by name: "from-tag", "contact-uri", "header:Date".
// Each fact is asked of the parser and the decoders; none is read here.

#include "engine/sip/headers.hpp"
#include "engine/sip/params.hpp"
#include "engine/sip/sdp.hpp"
#include "engine/sip/uri.hpp"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace lastcall::torture {

using Fact = std::function<std::string(const SipMessage&)>;
using Facts = std::map<std::string, Fact, std::less<>>;

inline std::string port_text(const std::optional<std::uint16_t>& port) {
  return port ? std::to_string(*port) : "none";
}

// "uri-user", "to-user" and so on, of any URI that `text_of` finds.
inline void add_uri_facts(Facts& facts, const std::string& prefix, const Fact& text_of) {
  const auto add = [&](const std::string& name, auto ask) {
    facts[prefix + name] = [text_of, ask](const SipMessage& message) {
      const std::string text = text_of(message);
      const auto uri = sip::parse_uri(text);
      return uri ? std::string{ask(*uri)} : "no SIP URI: " + text;
    };
  };
  add("user", [](const sip::Uri& uri) { return uri.user; });
  add("user-decoded", [](const sip::Uri& uri) { return sip::unescape(uri.user); });
  add("host", [](const sip::Uri& uri) { return uri.host; });
  add("port", [](const sip::Uri& uri) { return port_text(uri.port); });
  add("params", [](const sip::Uri& uri) { return uri.params; });
  add("address",
      [](const sip::Uri& uri) { return sip::numeric_host(uri.host).value_or("not numeric"); });
}

inline std::vector<std::string> values_of(const SipMessage& message, Header kind) {
  std::vector<std::string> values;
  sip::for_each_value(message, kind, [&](std::string_view value) { values.emplace_back(value); });
  return values;
}

// "to-uri", "to-tag", "to-user" and so on, of the first address of a header.
inline void add_address_facts(Facts& facts, const std::string& prefix, Header kind) {
  const auto add = [&](const std::string& name, std::string_view sip::NameAddr::* part) {
    facts[prefix + name] = [kind, part](const SipMessage& message) -> std::string {
      const auto values = values_of(message, kind);
      if (values.empty()) return "absent";
      const auto address = sip::parse_name_addr(values.front());
      return address ? std::string{(*address).*part} : address.error().sentence;
    };
  };
  add("display", &sip::NameAddr::display);
  add("uri", &sip::NameAddr::uri);
  add("params", &sip::NameAddr::params);
  add("tag", &sip::NameAddr::tag);
  const Fact uri = facts[prefix + "uri"];
  const Fact params = facts[prefix + "params"];
  add_uri_facts(facts, prefix, uri);
  facts[prefix + "params"] = params;  // those of the header, not those of the URI
  facts[prefix + "count"] = [kind](const SipMessage& message) {
    return std::to_string(values_of(message, kind).size());
  };
}

inline void add_via_facts(Facts& facts) {
  const auto add = [&](const std::string& name, auto ask) {
    facts["via-" + name] = [ask](const SipMessage& m) { return std::string{ask(m.via())}; };
  };
  add("transport", [](const Via& via) { return via.transport; });
  add("host", [](const Via& via) { return via.host; });
  add("port", [](const Via& via) { return port_text(via.port); });
  add("branch", [](const Via& via) { return via.branch; });
  add("received", [](const Via& via) { return via.received; });
  add("unique", [](const Via& via) { return via.has_unique_branch() ? "yes" : "no"; });
  facts["via-count"] = [](const SipMessage& m) { return std::to_string(m.via_count()); };
}

inline void add_sdp_facts(Facts& facts) {
  const auto add = [&](const std::string& name, auto ask) {
    facts["sdp-" + name] = [ask](const SipMessage& message) -> std::string {
      const auto sdp = sip::parse_sdp(message.body());
      return sdp ? std::string{ask(*sdp)} : sdp.error().sentence;
    };
  };
  add("media", [](const sip::Sdp& sdp) { return std::to_string(sdp.media.size()); });
  add("connection", [](const sip::Sdp& sdp) { return sip::connection_address(sdp, 0); });
  add("connection-2", [](const sip::Sdp& sdp) { return sip::connection_address(sdp, 1); });
}

inline Facts all_facts() {
  Facts facts;
  facts["method"] = [](const SipMessage& m) { return std::string{m.method_text()}; };
  facts["status"] = [](const SipMessage& m) { return std::to_string(m.status()); };
  facts["reason"] = [](const SipMessage& m) { return std::string{m.reason()}; };
  facts["call-id"] = [](const SipMessage& m) { return std::string{m.call_id()}; };
  facts["cseq"] = [](const SipMessage& m) { return std::to_string(m.cseq()); };
  facts["max-forwards"] = [](const SipMessage& m) {
    return m.max_forwards() ? std::to_string(*m.max_forwards()) : "none";
  };
  facts["body-size"] = [](const SipMessage& m) { return std::to_string(m.body().size()); };
  facts["uri-scheme"] = [](const SipMessage& m) {
    return std::string{sip::scheme_of(m.request_uri())};
  };
  add_uri_facts(facts, "uri-", [](const SipMessage& m) { return std::string{m.request_uri()}; });
  add_address_facts(facts, "to-", Header::kTo);
  add_address_facts(facts, "from-", Header::kFrom);
  add_address_facts(facts, "contact-", Header::kContact);
  add_via_facts(facts);
  add_sdp_facts(facts);
  return facts;
}

// The fact of this name; a sentence that no file expects if there is none.
inline std::string fact_of(const SipMessage& message, const std::string& name) {
  static const Facts kFacts = all_facts();
  if (name.starts_with("header:")) {
    const std::string header = name.substr(7);
    const Header kind = sip::header_named(header);
    const auto value = kind == Header::kOther ? message.header(header) : message.header(kind);
    return value ? std::string{*value} : "absent";
  }
  const auto fact = kFacts.find(name);
  return fact == kFacts.end() ? "there is no fact of this name" : fact->second(message);
}

}  // namespace lastcall::torture
