#pragma once
// The closed lists of SIP words: methods and header names. What is not in a list is kOther and
// keeps its text in the message. Read by the parser, the writer and every layer that branches on
// them.

#include "engine/base/enum_names.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace lastcall {
inline namespace model {

// RFC 3261, 3262, 3311, 6086, 3428, 3515, 6665, 3903. Method names are case-sensitive.
enum class Method : std::uint8_t {
  kInvite,
  kAck,
  kBye,
  kCancel,
  kOptions,
  kRegister,
  kPrack,
  kUpdate,
  kInfo,
  kMessage,
  kRefer,
  kNotify,
  kSubscribe,
  kPublish,
  kOther
};
[[nodiscard]] constexpr auto names_of(Method) {
  return std::array<std::string_view, 15>{"INVITE",   "ACK",    "BYE",       "CANCEL",  "OPTIONS",
                                          "REGISTER", "PRACK",  "UPDATE",    "INFO",    "MESSAGE",
                                          "REFER",    "NOTIFY", "SUBSCRIBE", "PUBLISH", "OTHER"};
}

// The headers this engine knows by name; their names are case-insensitive (RFC 3261 7.3.1).
enum class Header : std::uint8_t {
  kAccept,
  kAcceptEncoding,
  kAcceptLanguage,
  kAlertInfo,
  kAllow,
  kAllowEvents,
  kAuthenticationInfo,
  kAuthorization,
  kCallId,
  kCallInfo,
  kContact,
  kContentDisposition,
  kContentEncoding,
  kContentLanguage,
  kContentLength,
  kContentType,
  kCseq,
  kDate,
  kErrorInfo,
  kEvent,
  kExpires,
  kFrom,
  kInReplyTo,
  kInfoPackage,
  kMaxForwards,
  kMimeVersion,
  kMinExpires,
  kMinSe,
  kOrganization,
  kPAssertedIdentity,
  kPath,
  kPriority,
  kPrivacy,
  kProxyAuthenticate,
  kProxyAuthorization,
  kProxyRequire,
  kRack,
  kReason,
  kRecordRoute,
  kRecvInfo,
  kReferSub,
  kReferTo,
  kReferredBy,
  kReplaces,
  kReplyTo,
  kRequire,
  kRetryAfter,
  kRoute,
  kRseq,
  kServer,
  kServiceRoute,
  kSessionExpires,
  kSipEtag,
  kSipIfMatch,
  kSubject,
  kSubscriptionState,
  kSupported,
  kTimestamp,
  kTo,
  kUnsupported,
  kUserAgent,
  kVia,
  kWarning,
  kWwwAuthenticate,
  kOther
};
[[nodiscard]] constexpr auto names_of(Header) {
  return std::array<std::string_view, 65>{"Accept",
                                          "Accept-Encoding",
                                          "Accept-Language",
                                          "Alert-Info",
                                          "Allow",
                                          "Allow-Events",
                                          "Authentication-Info",
                                          "Authorization",
                                          "Call-ID",
                                          "Call-Info",
                                          "Contact",
                                          "Content-Disposition",
                                          "Content-Encoding",
                                          "Content-Language",
                                          "Content-Length",
                                          "Content-Type",
                                          "CSeq",
                                          "Date",
                                          "Error-Info",
                                          "Event",
                                          "Expires",
                                          "From",
                                          "In-Reply-To",
                                          "Info-Package",
                                          "Max-Forwards",
                                          "MIME-Version",
                                          "Min-Expires",
                                          "Min-SE",
                                          "Organization",
                                          "P-Asserted-Identity",
                                          "Path",
                                          "Priority",
                                          "Privacy",
                                          "Proxy-Authenticate",
                                          "Proxy-Authorization",
                                          "Proxy-Require",
                                          "RAck",
                                          "Reason",
                                          "Record-Route",
                                          "Recv-Info",
                                          "Refer-Sub",
                                          "Refer-To",
                                          "Referred-By",
                                          "Replaces",
                                          "Reply-To",
                                          "Require",
                                          "Retry-After",
                                          "Route",
                                          "RSeq",
                                          "Server",
                                          "Service-Route",
                                          "Session-Expires",
                                          "SIP-ETag",
                                          "SIP-If-Match",
                                          "Subject",
                                          "Subscription-State",
                                          "Supported",
                                          "Timestamp",
                                          "To",
                                          "Unsupported",
                                          "User-Agent",
                                          "Via",
                                          "Warning",
                                          "WWW-Authenticate",
                                          "?"};
}
static_assert(static_cast<std::size_t>(Header::kOther) + 1 == kEnumSize<Header>);

// ASCII only: SIP's case-insensitive words are tokens.
[[nodiscard]] constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
[[nodiscard]] constexpr bool same_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i] && lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

// The enumerator called `text`, letters of either case; nothing if there is none.
template <NamedEnum E>
[[nodiscard]] constexpr std::optional<E> named_ignoring_case(std::string_view text) {
  for (std::size_t i = 0; i < kEnumSize<E>; ++i) {
    if (same_ignoring_case(kNamesOf<E>[i], text)) return static_cast<E>(i);
  }
  return std::nullopt;
}

}  // namespace model
}  // namespace lastcall
