#include "engine/core/inspection.hpp"

#include "engine/core/dialog_steps.hpp"
#include "engine/sip/body.hpp"
#include "engine/sip/headers.hpp"
#include "engine/sip/options.hpp"
#include "engine/sip/params.hpp"
#include "engine/sip/sdp.hpp"
#include "engine/sip/subscription.hpp"
#include "engine/sip/uri.hpp"
#include "engine/sip/write.hpp"

#include <algorithm>
#include <array>

namespace lastcall::core {
namespace {

// ---- what we can do: whoever adds a method, an option or a body adds it here

constexpr EnumSet<Method> kMethods{Method::kInvite,    Method::kAck,    Method::kBye,
                                   Method::kCancel,    Method::kPrack,  Method::kUpdate,
                                   Method::kOptions,   Method::kInfo,   Method::kMessage,
                                   Method::kSubscribe, Method::kNotify, Method::kRefer};

// For Supported and Require.
constexpr EnumSet<sip::OptionTag> kOptions{sip::OptionTag::k100rel, sip::OptionTag::kTimer,
                                           sip::OptionTag::kReplaces, sip::OptionTag::kNorefersub};

// The body that a method may bring. A method that is not here may bring any: it is not looked at.
struct Body {
  Method method;
  std::string_view type;
};
constexpr std::array kBodies{
    Body{Method::kInvite, "application/sdp"},      Body{Method::kUpdate, "application/sdp"},
    Body{Method::kPrack, "application/sdp"},       Body{Method::kOptions, "application/sdp"},
    Body{Method::kInfo, "application/dtmf-relay"}, Body{Method::kMessage, "text/plain"},
    Body{Method::kNotify, sip::kSipfrag}};

// The one event package that we know (RFC 3515), and no Info-Package at all (RFC 6086).
constexpr std::string_view kEventPackage = "refer";

// ---- the lists as header lines

std::string allow_line() { return sip::header_line(Header::kAllow, sip::write_methods(kMethods)); }

std::string supported_line(EnumSet<sip::OptionTag> options) {
  return sip::header_line(Header::kSupported, sip::write_option_tags(options));
}

std::string accept_line(Method method) {
  const auto body = std::ranges::find(kBodies, method, &Body::method);
  if (body == kBodies.end()) return {};
  return sip::header_line(Header::kAccept, body->type);
}

constexpr std::string_view kNoEncoding = "identity";

// ---- the checks

// 8.2.2.1: whether we are who is asked for. A URI without a user is the address of this engine.
bool knows_user(std::string_view uri, const std::string& users) {
  const auto parsed = sip::parse_uri(uri);
  if (users.empty() || !parsed || parsed->user.empty()) return true;
  const std::string user = sip::unescape(parsed->user.substr(0, parsed->user.find(':')));
  for (std::optional<std::string_view> rest = users; rest;) {
    const sip::ListSplit split = sip::split_list(*rest);
    if (split.first == user) return true;
    rest = split.rest;
  }
  return false;
}

// 8.2.2.3: exactly the options that we do not know.
Rejection inspect_require(const SipMessage& request) {
  sip::OptionTags required = sip::option_tags_of(request, Header::kRequire);
  required.known.without(kOptions).for_each(
      [&](sip::OptionTag tag) { required.unknown.emplace_back(name(tag)); });
  if (required.unknown.empty()) return {};
  return {420, sip::header_line(Header::kUnsupported, sip::write_list(required.unknown))};
}

// What the body is about, where a header says so: an event (RFC 6665 4.1.3, 4.2.1.3) or a package
// of INFO (RFC 6086 4.2.2).
Rejection inspect_package(const SipMessage& request) {
  const Method method = request.method();
  if (method == Method::kInfo && request.header(Header::kInfoPackage)) {
    return {469, sip::header_line(Header::kRecvInfo, "")};
  }
  if (method != Method::kNotify && method != Method::kSubscribe) return {};
  const auto event = sip::parse_event(request.header(Header::kEvent).value_or(""));
  if (event && event->name == kEventPackage) return {};
  return {489, sip::header_line(Header::kAllowEvents, kEventPackage)};
}

// 8.2.3: every part that must be understood. No language is refused: session descriptions have
// none, and texts are for people.
Rejection inspect_content(const SipMessage& request) {
  const auto body = std::ranges::find(kBodies, request.method(), &Body::method);
  if (request.body().empty() || body == kBodies.end()) return {};
  const auto parts = sip::body_parts(request);
  if (!parts) return {400};
  for (const sip::BodyPart& part : *parts) {
    if (part.is_optional) continue;
    if (part.is_encoded) return {415, sip::header_line(Header::kAcceptEncoding, kNoEncoding)};
    if (part.type != body->type) return {415, accept_line(request.method())};
  }
  return {};
}

std::size_t count_of(const SipMessage& message, Header kind) {
  std::size_t count = 0;
  sip::for_each_value(message, kind, [&](std::string_view) { ++count; });
  return count;
}

// What the RFC of the method itself demands.
Rejection inspect_form(const SipMessage& request) {
  switch (request.method()) {
    case Method::kInvite:
      // The answer to an INVITE is a session description (13.3.1, 21.4.7).
      if (!sip::accepts(request, "application/sdp")) {
        return {406, sip::header_line(Header::kWarning,
                                      "399 lastcall \"Only application/sdp can be answered.\"")};
      }
      return count_of(request, Header::kReplaces) > 1 ? Rejection{400} : Rejection{};  // RFC 3891 3
    case Method::kRefer:
      return count_of(request, Header::kReferTo) == 1 ? Rejection{}
                                                      : Rejection{400};  // RFC 3515 2.4.2
    default:
      return {};
  }
}

// RFC 3261 8.1.1.8, 12.1.1: without a Contact there is no dialog with it.
Rejection inspect_contact(const SipMessage& request) {
  const bool missing = request.method() == Method::kInvite && target_of_caller(request).empty();
  return missing ? Rejection{400} : Rejection{};
}

template <class... Checks>
Rejection first_of(Checks&&... checks) {
  Rejection found;
  (void)(... || static_cast<bool>(found = checks()));
  return found;
}

}  // namespace

Rejection inspect_method(const SipMessage& request) {
  if (kMethods.contains(request.method())) return {};
  return {request.method() == Method::kOther ? 501 : 405, allow_line()};
}

Rejection inspect_outside(const SipMessage& request, const Config& config, bool merged) {
  return first_of(
      [&] { return inspect_method(request); },
      [&] {
        const bool sip = sip::is_sip_scheme(sip::scheme_of(request.request_uri()));
        return sip ? Rejection{} : Rejection{416};
      },
      [&] {
        return knows_user(request.request_uri(), config.users) ? Rejection{} : Rejection{404};
      },
      [&] { return merged ? Rejection{482} : Rejection{}; },
      [&] { return inspect_require(request); }, [&] { return inspect_package(request); },
      [&] { return inspect_content(request); }, [&] { return inspect_form(request); },
      [&] { return inspect_contact(request); });
}

Rejection inspect_inside(const SipMessage& request) {
  return first_of([&] { return inspect_method(request); }, [&] { return inspect_require(request); },
                  [&] { return inspect_package(request); },
                  [&] { return inspect_content(request); }, [&] { return inspect_form(request); });
}

std::string capability_lines() {
  return allow_line() + supported_line(kOptions) + accept_line(Method::kInvite);
}

std::string offerless_capability_lines() {
  return allow_line() + supported_line(kOptions.without({sip::OptionTag::k100rel})) +
         accept_line(Method::kInvite);
}

std::string all_capability_lines() {
  return capability_lines() + sip::header_line(Header::kAcceptEncoding, kNoEncoding) +
         sip::header_line(Header::kAcceptLanguage, "*") +
         sip::header_line(Header::kAllowEvents, kEventPackage);
}

std::string describe_abilities(const Config& config) {
  sip::Sdp sdp;
  sdp.origin = {
      .username = "lastcall", .session_id = "1", .version = 1, .address = config.contact.host};
  sdp.connection = config.contact.host;
  // Both laws of G.711: their payload types need no map (RFC 3551 6).
  sdp.media.push_back({.kind = "audio", .protocol = "RTP/AVP", .formats = {"0", "8"}});
  return sip::write(sip::capabilities_of(std::move(sdp)));
}

}  // namespace lastcall::core
