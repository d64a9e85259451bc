#pragma once
// Session descriptions (RFC 8866) as values: what offer and answer (RFC 3264) look at is typed,
// every other attribute is kept as text, unknown lines are ignored. Does not decide any answer; the
// session and media layers do. parse_sdp(write(x)) = x for every x that parse_sdp can give.

#include "engine/base/fields.hpp"
#include "engine/model/endpoint.hpp"
#include "engine/model/media_types.hpp"
#include "engine/sip/parse_error.hpp"

#include <boost/container/small_vector.hpp>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace lastcall::sip {

// A list that seldom has more than N elements; so many of them need no memory of their own.
template <class T, std::size_t N>
using Few = boost::container::small_vector<T, N>;
using SdpWords = Few<std::string, 4>;

// a=rtpmap: a payload type's encoding.
struct RtpMap {
  std::uint8_t payload_type = 0;
  std::string encoding;  // as written; compare with same_ignoring_case()
  std::uint32_t clock_rate = 8000;
  std::uint8_t channels = 1;

  bool operator==(const RtpMap&) const = default;
  static constexpr auto kFields =
      std::tuple{field("payload_type", &RtpMap::payload_type), field("encoding", &RtpMap::encoding),
                 field("clock_rate", &RtpMap::clock_rate), field("channels", &RtpMap::channels)};
};

// a=rtcp: where RTCP goes if not to the port behind that of RTP (RFC 3605).
struct SdpRtcp {
  std::uint16_t port = 0;
  std::string address;  // empty: that of RTP

  bool operator==(const SdpRtcp&) const = default;
  static constexpr auto kFields =
      std::tuple{field("port", &SdpRtcp::port), field("address", &SdpRtcp::address)};
};

// One m= line and what belongs to it.
struct SdpMedia {
  std::string kind;                    // "audio"
  std::uint16_t port = 0;              // 0: rejected or switched off
  std::string protocol;                // "RTP/AVP"
  SdpWords formats;                    // for RTP: payload types in the order of preference
  std::string connection;              // address of its own c= line; empty: the session's
  std::optional<Direction> direction;  // nothing: the session's
  Few<RtpMap, 4> rtpmaps;
  std::optional<std::uint32_t> ptime_ms;
  std::optional<std::uint32_t> maxptime_ms;
  std::optional<SdpRtcp> rtcp;
  bool rtcp_mux = false;  // one port for RTP and RTCP, if both sides say so (RFC 5761)
  SdpWords attributes;    // all others, without "a="

  bool operator==(const SdpMedia&) const = default;
  static constexpr auto kFields = std::tuple{field("kind", &SdpMedia::kind),
                                             field("port", &SdpMedia::port),
                                             field("protocol", &SdpMedia::protocol),
                                             field("formats", &SdpMedia::formats),
                                             field("connection", &SdpMedia::connection),
                                             field("direction", &SdpMedia::direction),
                                             field("rtpmaps", &SdpMedia::rtpmaps),
                                             field("ptime_ms", &SdpMedia::ptime_ms),
                                             field("maxptime_ms", &SdpMedia::maxptime_ms),
                                             field("rtcp", &SdpMedia::rtcp),
                                             field("rtcp_mux", &SdpMedia::rtcp_mux),
                                             field("attributes", &SdpMedia::attributes)};
};

// o=: who describes which session, in which version (RFC 3264 8: +1 with every change).
struct SdpOrigin {
  std::string username = "-";
  std::string session_id = "0";
  std::uint64_t version = 0;
  std::string address;

  bool operator==(const SdpOrigin&) const = default;
  static constexpr auto kFields = std::tuple{
      field("username", &SdpOrigin::username), field("session_id", &SdpOrigin::session_id),
      field("version", &SdpOrigin::version), field("address", &SdpOrigin::address)};
};

struct Sdp {
  SdpOrigin origin;
  std::string name = "-";              // s=; may be empty
  std::string connection;              // address of the session's c= line; may be empty
  std::optional<Direction> direction;  // at session level
  SdpWords attributes;
  Few<SdpMedia, 1> media;

  bool operator==(const Sdp&) const = default;
  static constexpr auto kFields =
      std::tuple{field("origin", &Sdp::origin),         field("name", &Sdp::name),
                 field("connection", &Sdp::connection), field("direction", &Sdp::direction),
                 field("attributes", &Sdp::attributes), field("media", &Sdp::media)};
};

// Reads a session description: v=0 and o= are needed, s= and t= may be missing, lines end in CRLF
// or LF. The address of every c= and o= line is numeric or a name.
[[nodiscard]] std::expected<Sdp, ParseError> parse_sdp(std::string_view text);

// The description as text, lines ended with CRLF, with t=0 0.
[[nodiscard]] std::string write(const Sdp& sdp);

// The direction of a stream: its own, else the session's, else sendrecv (RFC 8866 6.7).
// REQUIRES for this and all others with an index: index < sdp.media.size().
[[nodiscard]] Direction effective_direction(const Sdp& sdp, std::size_t index);
// The address its media go to: its own, else the session's; may be empty.
[[nodiscard]] std::string_view connection_address(const Sdp& sdp, std::size_t index);
// Address and port of a stream when the address is numeric and the port is not 0.
[[nodiscard]] std::optional<Endpoint> media_endpoint(const Sdp& sdp, std::size_t index);
// Where the RTCP of such a stream goes when it has its own port: a=rtcp, else the port behind RTP.
[[nodiscard]] std::optional<Endpoint> rtcp_endpoint(const Sdp& sdp, std::size_t index);

// The mapping of a payload type: its rtpmap, else the static one of RFC 3551 6.
[[nodiscard]] std::optional<RtpMap> rtpmap_of(const SdpMedia& media, std::uint8_t payload_type);
// The mapped formats of a line in their order; what is no payload type or has no mapping is left
// out.
[[nodiscard]] std::vector<RtpMap> codecs_of(const SdpMedia& media);
// Whether both mean the same codec, whatever its payload type: names are compared in either case.
[[nodiscard]] bool is_same_codec(const RtpMap& a, const RtpMap& b);

// What we can do, without a session: one line of each kind of `offer`, switched off (RFC 3264 9).
[[nodiscard]] Sdp capabilities_of(Sdp offer);

// The line as an answer refuses it: switched off, with its formats and nothing else (RFC 3264 6).
[[nodiscard]] SdpMedia switched_off(const SdpMedia& media);

// The first audio line that is not switched off.
[[nodiscard]] std::optional<std::size_t> audio(const Sdp& sdp);

// RFC 3264 8.4: the old way to hold, c=0.0.0.0 (or ::). Nothing is sent there; it is no direction.
[[nodiscard]] bool is_held_address(std::string_view address);

}  // namespace lastcall::sip
