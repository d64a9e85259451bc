#include "replay/capture/link.hpp"

#include "replay/capture/limits.hpp"

#include <cstdint>
#include <pcap/dlt.h>

namespace lastcall::replay::capture {
namespace {

enum EtherType : unsigned {
  kIp4 = 0x0800,
  kIp6 = 0x86dd,
  kVlan = 0x8100,      // IEEE 802.1Q
  kProvider = 0x88a8,  // IEEE 802.1ad
  kOldProvider = 0x9100,
  kMpls = 0x8847,  // RFC 3032
  kMplsMulticast = 0x8848,
  kPppoe = 0x8864,  // RFC 2516, sessions
};

// What follows in a frame: the reader moves over headers until IP or something else comes.
Bytes ethernet(Reader& frame, int depth);

// IP was promised: its absence is a failure.
Bytes ip(Reader& frame) {
  if (frame.rest().empty()) frame.skip(1);
  return frame.rest();
}

Bytes by_version(Reader& frame) {
  const Bytes rest = ip(frame);
  if (rest.empty()) return {};
  const int version = static_cast<unsigned char>(rest.front()) >> 4U;
  return version == 4 || version == 6 ? rest : Bytes{};
}

// RFC 3032: labels up to the one at the bottom; what is below must be guessed (RFC 4928).
Bytes mpls(Reader& frame, int depth) {
  std::uint32_t label = 0;
  do {
    label = frame.be32();
  } while ((label & 0x100U) == 0 && !frame.failed() && ++depth < limits::kTagsMax);
  if (frame.failed() || (label & 0x100U) == 0) return {};
  const Bytes rest = frame.rest();
  if (rest.empty() || static_cast<unsigned char>(rest.front()) >> 4U != 0) {
    return by_version(frame);
  }
  frame.skip(4);  // the control word of a pseudowire (RFC 4385), which carries Ethernet
  return ethernet(frame, depth + 1);
}

// RFC 1661, its protocol field one byte or two.
Bytes ppp(Reader& frame) {
  unsigned protocol = frame.u8();
  if ((protocol & 1U) == 0) protocol = protocol << 8U | frame.u8();
  return protocol == 0x21 || protocol == 0x57 ? ip(frame) : Bytes{};
}

Bytes behind_type(unsigned type, Reader& frame, int depth) {
  for (; depth < limits::kTagsMax && !frame.failed(); ++depth) {
    switch (type) {
      case kIp4:
      case kIp6:
        return ip(frame);
      case kVlan:
      case kProvider:
      case kOldProvider:
        frame.skip(2);
        type = frame.be16();
        break;
      case kMpls:
      case kMplsMulticast:
        return mpls(frame, depth);
      case kPppoe:
        frame.skip(6);
        return ppp(frame);
      default:
        return {};
    }
  }
  return {};
}

// IEEE 802.2 with SNAP, behind 802.3 and 802.11.
Bytes logical_link(Reader& frame, int depth) {
  const bool is_snap = frame.be16() == 0xaaaa && frame.u8() == 3;
  frame.skip(3);
  const unsigned type = frame.be16();
  return is_snap ? behind_type(type, frame, depth) : Bytes{};
}

Bytes ethernet(Reader& frame, int depth) {
  frame.skip(12);
  const unsigned type = frame.be16();
  if (type >= 0x600) return behind_type(type, frame, depth);
  if (frame.rest().size() < 8) return {};  // spanning tree and the like
  return logical_link(frame, depth);
}

// The address family of the machine that captured, in its byte order.
Bytes loopback(Reader& frame) {
  const std::uint32_t big = frame.be32();
  const std::uint32_t little = big >> 24U | (big >> 8U & 0xff00U);
  switch (big > 0xffff ? little : big) {
    case 2:   // everywhere
    case 10:  // IPv6: Linux, then NetBSD, FreeBSD and Darwin
    case 24:
    case 28:
    case 30:
      return ip(frame);
    default:
      return {};
  }
}

Bytes linux_cooked(Reader& frame) {
  frame.skip(14);
  const unsigned type = frame.be16();
  return behind_type(type, frame, 0);
}

Bytes linux_cooked_2(Reader& frame) {
  const unsigned type = frame.be16();
  frame.skip(18);
  return behind_type(type, frame, 0);
}

// IEEE 802.11: only data frames that are not encrypted carry anything for us.
Bytes wireless(Reader& frame) {
  const unsigned first = frame.u8();
  const unsigned flags = frame.u8();
  const bool is_data = (first & 0x0cU) == 0x08 && (first & 0x40U) == 0;  // not a null frame
  const bool is_protected = (flags & 0x40U) != 0;
  if (!is_data || is_protected) return {};
  frame.skip(22);
  if ((flags & 0x03U) == 0x03) frame.skip(6);  // between access points: a fourth address
  if ((first & 0x80U) != 0) {                  // quality of service
    frame.skip(2);
    if ((flags & 0x80U) != 0) frame.skip(4);  // high throughput control
  }
  return logical_link(frame, 0);
}

Bytes radiotap(Reader& frame) {
  frame.skip(2);
  const std::size_t length = frame.le16();
  if (length < 4) return {};
  frame.skip(length - 4);
  return wireless(frame);
}

Bytes point_to_point(Reader& frame) {
  const Bytes rest = frame.rest();
  if (rest.starts_with("\xff\x03")) frame.skip(2);  // framed as HDLC (RFC 1662)
  return ppp(frame);
}

Bytes pppoe(Reader& frame) {
  frame.skip(6);
  return ppp(frame);
}

Bytes plain_ethernet(Reader& frame) { return ethernet(frame, 0); }

using Unwrap = Bytes (*)(Reader&);

Unwrap unwrap_of(int datalink) {
  switch (datalink) {
    case DLT_EN10MB:
      return plain_ethernet;
    case DLT_NULL:
    case DLT_LOOP:
      return loopback;
    case DLT_RAW:
    case DLT_IPV4:
    case DLT_IPV6:
      return by_version;
    case DLT_LINUX_SLL:
      return linux_cooked;
    case DLT_LINUX_SLL2:
      return linux_cooked_2;
    case DLT_IEEE802_11:
      return wireless;
    case DLT_IEEE802_11_RADIO:
      return radiotap;
    case DLT_PPP:
    case DLT_PPP_SERIAL:
      return point_to_point;
    case DLT_PPP_ETHER:
      return pppoe;
    default:
      return nullptr;
  }
}

}  // namespace

bool carries_ip(int datalink) { return unwrap_of(datalink) != nullptr; }

std::expected<Bytes, const char*> ip_in(int datalink, Bytes frame) {
  Reader reader{frame};
  const Bytes found = unwrap_of(datalink)(reader);
  if (reader.failed()) return std::unexpected{"The frame ends inside its link headers."};
  return found;
}

}  // namespace lastcall::replay::capture
