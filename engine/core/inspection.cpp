#include "engine/core/inspection.hpp"

#include "engine/sip/headers.hpp"
#include "engine/sip/options.hpp"
#include "engine/sip/uri.hpp"
#include "engine/sip/write.hpp"

#include <string_view>

namespace lastcall::core {
namespace {

// The extensions a Require may ask for.
constexpr EnumSet<sip::OptionTag> kSupported{};
constexpr std::string_view kSdpType = "application/sdp";

bool is_sdp(const SipMessage& request) {
  const auto type = request.header(Header::kContentType);
  return type && same_ignoring_case(sip::media_type(*type), kSdpType);
}

// RFC 3261 20.11: what the sender marks as optional may be passed over.
bool is_optional(const SipMessage& request) {
  const auto disposition = request.header(Header::kContentDisposition);
  if (!disposition || disposition->find(';') == std::string_view::npos) return false;
  const auto handling = sip::param(disposition->substr(disposition->find(';')), "handling");
  return handling && same_ignoring_case(*handling, "optional");
}

bool is_encoded(const SipMessage& request) {
  const auto encoding = request.header(Header::kContentEncoding);
  return encoding && !same_ignoring_case(*encoding, "identity");
}

Rejection inspect_body(const SipMessage& request) {
  if (request.body().empty() || is_optional(request)) return {};
  if (is_encoded(request)) return {415, sip::header_line(Header::kAcceptEncoding, "identity")};
  if (!is_sdp(request)) return {415, sip::header_line(Header::kAccept, kSdpType)};
  return {};
}

}  // namespace

Rejection inspect_scheme(const SipMessage& request) {
  return {sip::is_sip_scheme(sip::scheme_of(request.request_uri())) ? 0 : 416};
}

Rejection inspect_options(const SipMessage& request) {
  sip::OptionTags required = sip::option_tags_of(request, Header::kRequire);
  required.known.without(kSupported).for_each([&](sip::OptionTag tag) {
    required.unknown.emplace_back(name(tag));
  });
  if (required.unknown.empty()) return {};
  return {420, sip::header_line(Header::kUnsupported, sip::write_list(required.unknown))};
}

Rejection inspect_offer(const SipMessage& request) {
  if (Rejection options = inspect_options(request); options.status != 0) return options;
  if (Rejection body = inspect_body(request); body.status != 0) return body;
  if (sip::accepts(request, kSdpType)) return {};
  return {406, sip::header_line(Header::kWarning,
                                "399 lastcall \"Only application/sdp can be answered.\"")};
}

}  // namespace lastcall::core
