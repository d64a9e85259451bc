#include "replay/wire/links.hpp"

#include "engine/sip/headers.hpp"
#include "engine/sip/uri.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace lastcall::replay::wire {
namespace {

// A second leg is dialled while the first one waits for it.
constexpr std::int64_t kDialNs = 5'000'000'000;

// The INVITE that began a call; null if it was not captured.
const Message* invite_of(const Call& call) {
  for (const Message& each : call.messages) {
    if (each.sip.is_request() && each.sip.method() == Method::kInvite && each.sip.to_tag().empty())
      return &each;
  }
  return nullptr;
}

struct Name {
  std::string header;
  std::string value;
};

// What the INVITE of a call says to be known by, beyond its own Call-ID.
std::vector<Name> names_in(const SipMessage& invite) {
  std::vector<Name> names;
  if (const auto id = invite.header("Session-ID")) {
    // RFC 7989 5: "ours;remote=theirs". The half that both legs share may stand at either place.
    const std::string_view local = id->substr(0, id->find(';'));
    names.push_back({"Session-ID", std::string{local}});
    if (const auto remote = sip::param(id->substr(local.size()), "remote")) {
      if (remote->find_first_not_of('0') != remote->npos) {
        names.push_back({"Session-ID", std::string{*remote}});
      }
    }
  }
  if (const auto vector = invite.header("P-Charging-Vector")) {
    if (const auto icid = sip::param(";" + std::string{*vector}, "icid-value")) {
      names.push_back({"icid-value", std::string{*icid}});
    }
  }
  return names;
}

// Whether a header may name the Call-ID of another leg: Replaces, or one of the many X-Call-ID.
bool may_name_call(std::string_view header) {
  return header == "Replaces" || header == "Join" || header.starts_with("X-") ||
         header.starts_with("x-");
}

// The user part of From or To, of numbers the last digits only: a leg may add a prefix.
std::string user_of(const SipMessage& message, Header header) {
  const auto address = sip::parse_name_addr(message.header(header).value_or(""));
  const auto uri = address ? sip::parse_uri(address->uri) : std::unexpected(sip::ParseError{});
  if (!uri) return {};
  constexpr std::size_t kDigits = 7;
  const std::string_view user = uri->user;
  const bool is_number = user.find_first_not_of("+0123456789") == user.npos;
  return std::string{is_number && user.size() > kDigits ? user.substr(user.size() - kDigits)
                                                        : user};
}

// Whether the second call was probably dialled because of the first; why, else empty.
std::string hint(const Message& first, const Message& second) {
  const std::int64_t gap = second.mark.at_ns - first.mark.at_ns;
  if (gap < 0 || gap > kDialNs || second.source.host.empty()) return {};
  const bool is_host = second.source.host == first.destination.host;
  const std::string caller = user_of(first.sip, Header::kFrom);
  const std::string callee = user_of(first.sip, Header::kTo);
  const bool is_caller = !caller.empty() && caller == user_of(second.sip, Header::kFrom);
  const bool is_callee = !callee.empty() && callee == user_of(second.sip, Header::kTo);
  if (is_host ? !(is_caller || is_callee) : !(is_caller && is_callee)) return {};
  std::string why = is_host ? fmt::format("{} dials on", second.source.host) : "dialled on";
  if (is_caller) why += ", the same caller";
  if (is_callee) why += ", the same number called";
  return why;
}

// The calls that came before.
struct Known {
  std::map<std::pair<std::string, std::string>, std::size_t> by_name;
  std::map<std::string, std::size_t, std::less<>> by_call_id;
};

std::optional<Link> certain_link(const SipMessage& invite, std::size_t index, const Known& known) {
  for (const Name& each : names_in(invite)) {
    const auto it = known.by_name.find({each.header, each.value});
    if (it != known.by_name.end()) return Link{it->second, index, true, "the same " + each.header};
  }
  for (std::size_t i = 0; i < invite.header_count(); ++i) {
    const HeaderView line = invite.header_at(i);
    if (!may_name_call(line.name)) continue;
    const auto it = known.by_call_id.find(line.value.substr(0, line.value.find(';')));
    if (it != known.by_call_id.end()) {
      return Link{it->second, index, true, std::string{line.name} + " names it"};
    }
  }
  return std::nullopt;
}

}  // namespace

std::vector<Link> links_of(const std::vector<Call>& calls) {
  std::vector<Link> links;
  Known known;
  std::size_t window = 0;  // the first call that may still be dialled on
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const Message* invite = invite_of(calls[i]);
    if (invite == nullptr) continue;
    std::optional<Link> link = certain_link(invite->sip, i, known);
    while (window < i && invite->mark.at_ns - calls[window].messages.front().mark.at_ns > kDialNs) {
      ++window;
    }
    for (std::size_t j = i; !link && j-- > window;) {
      const Message* before = invite_of(calls[j]);
      if (before == nullptr) continue;
      std::string why = hint(*before, *invite);
      if (!why.empty()) link = Link{j, i, false, std::move(why)};
    }
    if (link) links.push_back(*std::move(link));
    for (Name& each : names_in(invite->sip)) {
      known.by_name.try_emplace({std::move(each.header), std::move(each.value)}, i);
    }
    known.by_call_id.try_emplace(calls[i].sip_call_id, i);
  }
  return links;
}

}  // namespace lastcall::replay::wire
