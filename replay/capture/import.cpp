#include "replay/capture/import.hpp"

#include "replay/capture/collector.hpp"
#include "replay/capture/input_file.hpp"
#include "replay/capture/limits.hpp"
#include "replay/capture/link.hpp"
#include "replay/capture/packet_file.hpp"
#include "replay/capture/packets.hpp"

#include <fmt/core.h>

#include <array>
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
constexpr std::string_view kConvert = "convert it first: editcap -F pcapng FILE OUT";
constexpr std::array<Foreign, 7> kForeign{{
    {"GMBU", "it is a capture of Microsoft Network Monitor 2"},
    {"RTSS", "it is a capture of Microsoft Network Monitor 1"},
    {"snoop", "it is a capture of snoop"},
    {"\x28\xb5\x2f\xfd", "it is packed with zstd: unpack it first"},
    {"\xfd"
     "7zXZ",
     "it is packed with xz: unpack it first"},
    {"PK\x03\x04", "it is packed with zip: unpack it first"},
    {"SQLite format 3", "it is a database: if it is a log of lastcall, see: lastcall log"},
}};

std::string refusal(const InputFile& input) {
  if (input.bytes_total() == 0) return "It is empty.";
  if (const std::string error = input.unpacking_error(); !error.empty()) {
    return fmt::format("It is packed with gzip, and damaged: {}.", error);
  }
  for (const Foreign& each : kForeign) {
    if (!input.beginning().starts_with(each.magic)) continue;
    const bool is_convertible = each.sentence.find("capture") != each.sentence.npos;
    return fmt::format("It is neither pcap nor pcapng: {}{}{}.", each.sentence,
                       is_convertible ? "; " : "", is_convertible ? kConvert : "");
  }
  return "It is neither pcap nor pcapng.";
}

void tell_end(const InputFile& input, std::string why, Collector& collector) {
  const std::string packed = input.unpacking_error();
  if (!packed.empty()) why += fmt::format(" (unpacking it: {})", packed);
  collector.problem(collector.report().packets + 1,
                    fmt::format("The file cannot be read from here on: {}.", why));
}

void read_packets(PacketFile& file, const InputFile& input, Collector& collector) {
  Packets packets{file.datalink(), collector};
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

Done read_capture(InputFile& input, Collector& collector) {
  auto file = PacketFile::open(input);
  if (!file) return std::unexpected{fmt::format("It is damaged: {}.", file.error())};
  if (!carries_ip(file->datalink())) {
    return std::unexpected{
        fmt::format("Its link type {} is not supported.", file->datalink_name())};
  }
  read_packets(*file, input, collector);
  return {};
}

}  // namespace

std::expected<Report, ImportError> import_file(const std::string& path, const Listener& listener) {
  auto input = InputFile::open(path);
  if (!input) return std::unexpected{ImportError{input.error() + ".", true}};
  if (!PacketFile::is_one(input->beginning())) {
    return std::unexpected{ImportError{refusal(*input)}};
  }
  Collector collector{listener};
  const Done done = read_capture(*input, collector);
  if (!done) return std::unexpected{ImportError{done.error()}};
  return std::move(collector.report());
}

}  // namespace lastcall::replay::capture
