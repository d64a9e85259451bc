// The message log of sipp: a line of dashes with the date, a line that says what follows, an empty
// line, the message.

#include "engine/sip/scan.hpp"
#include "replay/capture/limits.hpp"
#include "replay/capture/lookahead.hpp"
#include "replay/capture/start_line.hpp"
#include "replay/capture/trace_words.hpp"
#include "replay/capture/traces.hpp"

#include <algorithm>
#include <optional>
#include <string>

namespace lastcall::replay::capture {
namespace {

constexpr std::string_view kDashes = "-----------------------------------------------";

// "UDP message sent (528 bytes):" or "UDP message received [288] bytes :".
struct Announcement {
  Transport transport = Transport::kUdp;
  std::size_t size = 0;
};

// Nothing for remarks, of which some repeat a message ("Unexpected UDP message received:").
std::optional<Announcement> announcement(std::string_view line) {
  Announcement found;
  if (line.starts_with("TCP ")) found.transport = Transport::kTcp;
  if (line.starts_with("TLS ")) found.transport = Transport::kTls;
  const std::string_view rest = line.substr(std::min<std::size_t>(4, line.size()));
  if (!rest.starts_with("message sent (") && !rest.starts_with("message received [")) {
    return std::nullopt;
  }
  const std::string_view digits = rest.substr(rest.find_first_of("([") + 1);
  const auto size =
      sip::parse_number(digits.substr(0, digits.find_first_not_of("0123456789")), 65'535);
  if (!size) return std::nullopt;
  found.size = static_cast<std::size_t>(*size);
  return found;
}

// Takes the message: as long as it was announced, but never into the next record.
void tell(Lookahead& file, const Announcement& announced, PacketMark mark, Collector& collector) {
  const Bytes window = file.ahead(limits::kRecordBytesMax);
  const std::size_t next = window.find("\n" + std::string{kDashes});
  const Bytes bytes = window.substr(0, std::min(announced.size, next));
  const Endpoint unknown{"", 0, announced.transport};
  if (start_line(bytes)) {
    collector.message({.mark = mark,
                       .first_packet = mark.packet,
                       .source = unknown,
                       .destination = unknown,
                       .is_cut = bytes.size() < announced.size,
                       .bytes = bytes});
  } else if (!bytes.empty() && bytes.find_first_not_of("\r\n") != bytes.npos) {  // no keep-alive
    collector.problem(mark.packet, kNoMessage);
  }
  file.skip(bytes.size());
}

}  // namespace

bool is_sipp_log(Bytes beginning) {
  return beginning.starts_with(kDashes) && beginning.find(" message ") < 200;
}

void read_sipp_log(std::FILE* stream, Collector& collector) {
  Lookahead file{stream};
  std::optional<std::int64_t> at_ns;
  while (const auto line = file.line()) {
    if (line->starts_with(kDashes)) {
      at_ns = read_date(sip::trim(std::string_view{*line}.substr(kDashes.size())));
      continue;
    }
    const auto announced = announcement(*line);
    if (!announced) continue;
    const std::uint64_t number = ++collector.report().packets;
    if (!at_ns) collector.problem(number, "This record has no date.");
    (void)file.line();
    tell(file, *announced, {number, at_ns.value_or(0)}, collector);
  }
}

}  // namespace lastcall::replay::capture
