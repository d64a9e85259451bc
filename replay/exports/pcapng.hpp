#pragma once
// A captured call as a pcapng file: its messages and media in the order of time, each with its
// cause as the comment of its packet. Headers below are made anew (raw IP; addresses and ports as
// captured), so that traces that never were packets come out too. Wireshark opens it.

#include "replay/wire/finding.hpp"

#include <string>
#include <vector>

namespace lastcall::replay::exports {

// A datagram beside SIP: RTP or RTCP.
struct MediaDatagram {
  wire::PacketMark mark;
  capture::Flow flow;
  std::string payload;
};

// The bytes of the file.
[[nodiscard]] std::string to_pcapng(const wire::Call& call, const wire::Findings& findings,
                                    const std::vector<MediaDatagram>& media);

// Why a message was sent, as far as the capture tells: "200 to BYE (CSeq 2), answers packet 7".
[[nodiscard]] std::string cause_of(const wire::Call& call, std::size_t message);

}  // namespace lastcall::replay::exports
