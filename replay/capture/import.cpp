#include "replay/capture/import.hpp"

#include "replay/capture/collector.hpp"
#include "replay/capture/input_file.hpp"
#include "replay/capture/limits.hpp"
#include "replay/capture/link.hpp"
#include "replay/capture/packet_file.hpp"
#include "replay/capture/packets.hpp"
#include "replay/capture/pcapng_file.hpp"
#include "replay/capture/traces.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <string_view>
#include <utility>

namespace lastcall::replay::capture {
namespace {

using Done = std::expected<void, std::string>;  // the error is a sentence: not read at all

// What people hand in though we cannot read it, by its first bytes.
struct Foreign {
  std::string_view magic;
  std::string_view sentence;
};
constexpr std::array<Foreign, 8> kForeign{{
    {"GMBU",
     "It is a capture of Network Monitor 2: convert it first (editcap -F pcapng FILE OUT)."},
    {"RTSS",
     "It is a capture of Network Monitor 1: convert it first (editcap -F pcapng FILE OUT)."},
    {"snoop", "It is a capture of snoop: convert it first (editcap -F pcapng FILE OUT)."},
    {"\x28\xb5\x2f\xfd", "It is packed with zstd: unpack it first."},
    {"\xfd\x37zXZ", "It is packed with xz: unpack it first."},
    {"PK\x03\x04", "It is packed with zip: unpack it first."},
    {"SQLite format 3", "It is a log, not a capture: see lastcall log."},
    {"",
     "It is neither pcap nor pcapng, HEP3, a message log of sipp, a sipdump of Kamailio, nor a log "
     "of Asterisk, FreeSWITCH, sofia or pjsip with SIP messages in it."},
}};

std::string refusal(const InputFile& input) {
  if (input.bytes_total() == 0) return "It is empty.";
  if (const std::string error = input.unpacking_error(); !error.empty()) {
    return fmt::format("It is packed with gzip, and damaged: {}.", error);
  }
  const auto* foreign = std::ranges::find_if(
      kForeign, [&](const Foreign& each) { return input.beginning().starts_with(each.magic); });
  return std::string{foreign->sentence};
}

void tell_end(const InputFile& input, std::string why, Collector& collector) {
  const std::string packed = input.unpacking_error();
  if (!packed.empty()) why += fmt::format(" (unpacking it: {})", packed);
  collector.problem(collector.report().packets + 1,
                    fmt::format("The file cannot be read from here on: {}.", why));
}

template <class File>
void read_packets(File& file, const InputFile& input, Collector& collector) {
  Packets packets{collector};
  while (true) {
    const auto frame = file.next();
    if (!frame) {
      tell_end(input, frame.error(), collector);
      break;
    }
    if (!*frame) break;
    packets.take(**frame);
    if ((*frame)->mark.packet % limits::kPacketsPerProgress == 0) {
      collector.progress({(*frame)->mark.packet, input.bytes_read(), input.bytes_total()});
    }
  }
  packets.finish();
}

Done read_packet_file(InputFile& input, Collector& collector) {
  auto file = PacketFile::open(input);
  if (!file) return std::unexpected{fmt::format("It is damaged: {}.", file.error())};
  if (!carries_ip(file->datalink())) {
    return std::unexpected{
        fmt::format("Its link type {} is not supported.", datalink_name(file->datalink()))};
  }
  read_packets(*file, input, collector);
  return {};
}

Done read_pcapng_file(InputFile& input, Collector& collector) {
  PcapngFile file{input};
  read_packets(file, input, collector);
  return {};
}

Done read_trace(const TraceFormat& format, InputFile& input, Collector& collector) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> stream{input.as_stream(), std::fclose};
  if (!stream) return std::unexpected{"There is no memory to read it."};
  collector.reads(input);
  format.read(stream.get(), collector);
  if (collector.report().packets == 0) return std::unexpected{refusal(input)};
  if (!input.unpacking_error().empty()) tell_end(input, "the file is damaged", collector);
  return {};
}

Done read_capture(InputFile& input, Collector& collector) {
  if (PacketFile::is_one(input.beginning())) return read_packet_file(input, collector);
  if (PcapngFile::is_one(input.beginning())) return read_pcapng_file(input, collector);
  for (const TraceFormat& format : kTraceFormats) {
    if (format.is_one(input.beginning())) return read_trace(format, input, collector);
  }
  return std::unexpected{refusal(input)};
}

}  // namespace

std::expected<Report, ImportError> import_file(const std::string& path, const Listener& listener) {
  auto input = InputFile::open(path);
  if (!input) return std::unexpected{ImportError{input.error() + ".", true}};
  Collector collector{listener};
  const Done done = read_capture(*input, collector);
  if (!done) return std::unexpected{ImportError{done.error()}};
  return std::move(collector.report());
}

}  // namespace lastcall::replay::capture
