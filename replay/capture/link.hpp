#pragma once
// From a captured frame to the IP packet in it: every link type and every header between link and
// IP that voice networks use (Ethernet, VLAN, QinQ, MPLS, PPPoE, PPP, Null, Loop, raw IP, Linux
// cooked 1 and 2, 802.11 with and without radiotap). Looks at no IP header. Copies nothing.

#include "replay/capture/reader.hpp"

#include <expected>

namespace lastcall::replay::capture {

// Whether frames of this link type (a DLT_ value of libpcap) can be taken apart.
[[nodiscard]] bool carries_ip(int datalink);

// The bytes from the IP header on; empty if the frame carries something else. The error is a
// sentence: the frame ends inside a header. REQUIRES: carries_ip(datalink).
[[nodiscard]] std::expected<Bytes, const char*> ip_in(int datalink, Bytes frame);

}  // namespace lastcall::replay::capture
