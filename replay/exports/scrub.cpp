#include "replay/exports/scrub.hpp"

#include "engine/sip/body.hpp"
#include "engine/sip/headers.hpp"
#include "engine/sip/parse.hpp"
#include "engine/sip/reason.hpp"
#include "engine/sip/sdp.hpp"
#include "engine/sip/uri.hpp"
#include "engine/sip/write.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace lastcall::replay::exports {
namespace {

// Headers whose values steer the protocol and name nobody.
constexpr std::array<std::string_view, 22> kHarmless{"CSeq",
                                                     "Max-Forwards",
                                                     "Expires",
                                                     "Min-Expires",
                                                     "Require",
                                                     "Supported",
                                                     "Unsupported",
                                                     "Proxy-Require",
                                                     "Allow",
                                                     "Accept",
                                                     "RSeq",
                                                     "RAck",
                                                     "Min-SE",
                                                     "Event",
                                                     "Subscription-State",
                                                     "Retry-After",
                                                     "k",
                                                     "Allow-Events",
                                                     "Session-Expires",
                                                     "x",
                                                     "o",
                                                     "u"};
constexpr std::array<std::string_view, 13> kAddresses{"From",
                                                      "f",
                                                      "To",
                                                      "t",
                                                      "Contact",
                                                      "m",
                                                      "Route",
                                                      "Record-Route",
                                                      "Refer-To",
                                                      "r",
                                                      "Referred-By",
                                                      "b",
                                                      "P-Asserted-Identity"};

template <std::size_t N>
bool is_one_of(std::string_view name, const std::array<std::string_view, N>& names) {
  return std::ranges::find(names, name) != names.end();
}

// What a parameter may keep: nothing that names anybody.
std::string kept_params(std::string_view params) {
  std::string kept;
  for (const std::string_view name : {"tag", "expires", "q", "lr", "transport"}) {
    const auto value = sip::param(params, name);
    if (!value) continue;
    kept += value->empty() ? fmt::format(";{}", name) : fmt::format(";{}={}", name, *value);
  }
  return kept;
}

}  // namespace

std::string Scrubber::host(std::string_view host) {
  if (host.empty() || sip::is_held_address(host)) return std::string{host};
  const auto numeric = sip::numeric_host(host);
  const std::string key = numeric.value_or(std::string{host});
  const auto it = hosts_.find(key);
  if (it != hosts_.end()) return it->second;
  std::string stand_in;
  if (!numeric) {
    stand_in = fmt::format("host{}.invalid", ++names_);  // RFC 6761 6.4
  } else if (numeric->find(':') != numeric->npos) {
    stand_in = fmt::format("2001:db8::{:x}", ++v6_);  // RFC 3849
  } else {
    // RFC 5737, then RFC 2544: what belongs to nobody.
    ++v4_;
    stand_in = v4_ < 255 ? fmt::format("192.0.2.{}", v4_)
                         : fmt::format("198.18.{}.{}", v4_ / 250 % 250, v4_ % 250 + 1);
  }
  return hosts_.emplace(key, std::move(stand_in)).first->second;
}

std::string Scrubber::user(std::string_view user) {
  if (user.empty()) return {};
  const auto it = users_.find(user);
  if (it != users_.end()) return it->second;
  return users_.emplace(std::string{user}, fmt::format("user{}", users_.size() + 1)).first->second;
}

std::string Scrubber::call_id(std::string_view id) {
  const auto it = call_ids_.find(id);
  if (it != call_ids_.end()) return it->second;
  return call_ids_.emplace(std::string{id}, fmt::format("call{}@invalid", call_ids_.size() + 1))
      .first->second;
}

std::string Scrubber::uri(std::string_view text) {
  if (text == "*") return "*";
  const auto uri = sip::parse_uri(text);
  if (!uri) return fmt::format("sip:{}@host.invalid", user(text));
  std::string at = host(uri->host);
  if (at.find(':') != at.npos) at = "[" + at + "]";
  std::string scrubbed{uri->scheme};
  scrubbed += ":" + user(uri->user) + (uri->user.empty() ? "" : "@") + at;
  if (uri->port) scrubbed += fmt::format(":{}", *uri->port);
  return scrubbed + kept_params(uri->params);
}

std::string Scrubber::address(std::string_view value) {
  if (value == "*") return "*";
  const auto address = sip::parse_name_addr(value);
  if (!address) return "<sip:unreadable@host.invalid>";
  return fmt::format("<{}>{}", uri(address->uri), kept_params(address->params));
}

std::string Scrubber::via(std::string_view value) {
  const auto via = sip::parse_via(value);
  if (!via) return "SIP/2.0/UDP host.invalid;branch=unreadable";
  std::string at = host(via->host);
  if (at.find(':') != at.npos) at = "[" + at + "]";
  std::string text = fmt::format("SIP/2.0/{} {}", via->transport, at);
  if (via->port) text += fmt::format(":{}", *via->port);
  if (via->rport) text += *via->rport == 0 ? ";rport" : fmt::format(";rport={}", *via->rport);
  if (!via->received.empty()) text += ";received=" + host(via->received);
  if (!via->branch.empty()) text += fmt::format(";branch={}", via->branch);
  return text;
}

std::string Scrubber::sdp(std::string_view body) {
  auto sdp = sip::parse_sdp(body);
  if (!sdp) return {};
  sdp->origin.username = "-";
  sdp->origin.address = host(sdp->origin.address);
  sdp->name = "-";
  sdp->connection = host(sdp->connection);
  sdp->attributes.clear();
  for (sip::SdpMedia& each : sdp->media) {
    each.connection = host(each.connection);
    if (each.rtcp) each.rtcp->address = host(each.rtcp->address);
    const auto dropped = std::ranges::remove_if(
        each.attributes, [](const std::string& line) { return !line.starts_with("fmtp:"); });
    each.attributes.erase(dropped.begin(), dropped.end());
  }
  return sip::write(*sdp);
}

// The line with its line end; empty: dropped.
std::string Scrubber::header(const HeaderView& line) {
  const auto list = [&](auto scrubbed) {
    std::string text;
    for (std::optional<std::string_view> rest = line.value; rest;) {
      const sip::ListSplit split = sip::split_list(*rest);
      text += sip::header_line(line.name, scrubbed(split.first));
      rest = split.rest;
    }
    return text;
  };
  if (line.kind == Header::kVia) return list([&](std::string_view each) { return via(each); });
  if (line.kind == Header::kCallId) return sip::header_line(line.kind, call_id(line.value));
  if (is_one_of(line.name, kAddresses)) {
    return list([&](std::string_view each) { return address(each); });
  }
  return is_one_of(line.name, kHarmless) ? sip::header_line(line.name, line.value) : "";
}

std::string Scrubber::message(const SipMessage& message) {
  std::string text = message.is_request() ? fmt::format("{} {} SIP/2.0\r\n", message.method_text(),
                                                        uri(message.request_uri()))
                                          : fmt::format("SIP/2.0 {} {}\r\n", message.status(),
                                                        sip::reason_phrase(message.status()));
  for (std::size_t i = 0; i < message.header_count(); ++i) text += header(message.header_at(i));
  const auto body = sip::body_of_type(message, "application/sdp");
  return text + sip::body_text(body ? sdp(*body) : std::string{}, "application/sdp");
}

Endpoint Scrubber::endpoint(const Endpoint& at) { return {host(at.host), at.port, at.transport}; }

wire::Call Scrubber::scrub(const wire::Call& call) {
  std::vector<wire::Message> messages;
  for (const wire::Message& each : call.messages) {
    auto scrubbed = sip::parse(message(each.sip));
    if (!scrubbed) continue;
    messages.push_back({.mark = each.mark,
                        .first_packet = each.first_packet,
                        .source = endpoint(each.source),
                        .destination = endpoint(each.destination),
                        .sip = *std::move(scrubbed),
                        .copies = each.copies});
  }
  if (messages.empty()) return wire::Call{.sip_call_id = call_id(call.sip_call_id)};
  return wire::build(std::move(messages));
}

}  // namespace lastcall::replay::exports
