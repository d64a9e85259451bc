#include "replay/capture/banners.hpp"

#include "engine/sip/scan.hpp"
#include "replay/capture/trace_words.hpp"

#include <algorithm>
#include <array>

namespace lastcall::replay::capture {
namespace {

// The text behind the first `mark`; nothing if it is not there.
std::optional<std::string_view> behind(std::string_view text, std::string_view mark) {
  const std::size_t at = text.find(mark);
  return at == text.npos ? std::nullopt : std::optional{text.substr(at + mark.size())};
}

// The number that `text` begins with, of a size.
std::optional<std::size_t> size_at(std::string_view text) {
  const std::size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto size = sip::parse_number(text.substr(0, end), 1U << 20U);
  return size ? std::optional{static_cast<std::size_t>(*size)} : std::nullopt;
}

// When a line of Asterisk was written: "[2025-10-09 08:53:20.000] " or "[Oct  9 08:53:20] ".
void read_stamp(std::string_view line, Banner& banner) {
  if (!line.starts_with('[')) return;
  banner.date_ns = read_date(line.substr(1));
  constexpr std::size_t kMonthAndDay = 8;
  if (!banner.date_ns && line.size() > kMonthAndDay) {
    banner.time_ns = read_time_of_day(line.substr(kMonthAndDay));
  }
}

// "<--- Received SIP request (477 bytes) from UDP:192.0.2.10:5060 --->" of res_pjsip_logger.
std::optional<Banner> pjsip_logger(std::string_view line) {
  Banner banner;
  auto rest = behind(line, "<--- Received SIP re");
  banner.is_received = rest.has_value();
  if (!rest) rest = behind(line, "<--- Transmitting SIP re");
  if (!rest) return std::nullopt;
  const auto size = behind(*rest, " (");
  const auto address = behind(*rest, banner.is_received ? ") from " : ") to ");
  if (!size || !address) return std::nullopt;
  const auto transport = read_transport(*address);
  const auto host = behind(*address, ":");
  if (!transport || !host) return std::nullopt;
  const auto remote = read_endpoint(*host, *transport);
  if (!remote) return std::nullopt;
  banner.remote = *remote;
  banner.size = size_at(*size).value_or(0);
  read_stamp(line, banner);
  return banner;
}

// "<--- SIP read from UDP:192.0.2.10:5060 --->", "<--- Transmitting (no NAT) to 192.0.2.10:5060
// --->", "Reliably Transmitting (NAT) to 192.0.2.10:5060:", "Retransmitting #1 (NAT) to ...".
std::optional<Banner> chan_sip(std::string_view line) {
  Banner banner;
  std::optional<std::string_view> address = behind(line, "<--- SIP read from ");
  Transport transport = Transport::kUdp;
  if (address) {
    banner.is_received = true;
    transport = read_transport(*address).value_or(transport);
    address = behind(*address, ":");
  } else if (line.find("ransmitting ") != line.npos) {
    address = behind(line, "NAT) to ");
  }
  const auto remote = address ? read_endpoint(*address, transport) : std::nullopt;
  if (!remote) return std::nullopt;
  banner.remote = *remote;
  read_stamp(line, banner);
  return banner;
}

// "recv 477 bytes from udp/[192.0.2.10]:5060 at 08:53:20.000000:" of tport_log in sofia.
std::optional<Banner> sofia(std::string_view line) {
  Banner banner;
  auto rest = behind(line, "recv ");
  banner.is_received = rest.has_value();
  if (!rest) rest = behind(line, "send ");
  const auto size = rest ? size_at(*rest) : std::nullopt;
  if (!size) return std::nullopt;
  const auto address = behind(*rest, banner.is_received ? " bytes from " : " bytes to ");
  const auto host = address ? behind(*address, "/") : std::nullopt;
  const auto time = address ? behind(*address, " at ") : std::nullopt;
  const auto transport = address ? read_transport(*address) : std::nullopt;
  if (!host || !time || !transport) return std::nullopt;
  const auto remote = read_endpoint(*host, *transport);
  if (!remote) return std::nullopt;
  banner.remote = *remote;
  banner.size = *size;
  banner.time_ns = read_time_of_day(*time);
  return banner;
}

// "08:53:20.000 pjsua_core.c  .RX 477 bytes Request msg INVITE/cseq=1 (rdata0x7f) from UDP
// 192.0.2.10:5060:" of pjsip; with a date before the time if so wanted.
std::optional<Banner> pjsip(std::string_view line) {
  Banner banner;
  auto rest = behind(line, "RX ");
  banner.is_received = rest.has_value() && rest->find(" bytes Re") != rest->npos;
  if (!banner.is_received) rest = behind(line, "TX ");
  const auto size = rest ? size_at(*rest) : std::nullopt;
  if (!size || rest->find(" bytes Re") == rest->npos) return std::nullopt;
  const auto address = behind(*rest, banner.is_received ? ") from " : ") to ");
  const auto transport = address ? read_transport(*address) : std::nullopt;
  const auto host = address ? behind(*address, " ") : std::nullopt;
  const auto remote = host && transport ? read_endpoint(*host, *transport) : std::nullopt;
  if (!remote) return std::nullopt;
  banner.remote = *remote;
  banner.size = *size;
  line = sip::trim(line);
  banner.date_ns = read_date(line);
  if (!banner.date_ns) banner.time_ns = read_time_of_day(line);
  return banner;
}

}  // namespace

std::optional<Banner> read_banner(std::string_view line) {
  // Most lines announce nothing, and are long done with here.
  const bool may_announce = line.find("bytes") != line.npos || line.find("<---") != line.npos ||
                            line.find("ransmitting") != line.npos;
  if (!may_announce) return std::nullopt;
  for (const auto read : {pjsip_logger, chan_sip, sofia, pjsip}) {
    if (auto banner = read(line)) return banner;
  }
  return std::nullopt;
}

bool is_rule(std::string_view line) {
  line = sip::trim(line);
  return line.size() >= 40 && line.find_first_not_of('-') == line.npos;
}

bool is_message_end(std::string_view line) {
  constexpr std::array<std::string_view, 5> kEnds{"<------------>", "<------------->", "---",
                                                  "--end msg--", "\v"};
  return is_rule(line) || std::ranges::find(kEnds, line) != kEnds.end();
}

}  // namespace lastcall::replay::capture
