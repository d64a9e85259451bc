#include "replay/capture/packet_file.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <pcap/pcap.h>

namespace lastcall::replay::capture {

void PacketFile::Close::operator()(pcap* file) const { pcap_close(file); }

bool PacketFile::is_one(std::string_view beginning) {
  constexpr std::array<std::string_view, 6> kMagics{
      std::string_view{"\xa1\xb2\xc3\xd4", 4}, std::string_view{"\xd4\xc3\xb2\xa1", 4},  // µs
      std::string_view{"\xa1\xb2\x3c\x4d", 4}, std::string_view{"\x4d\x3c\xb2\xa1", 4},  // ns
      std::string_view{"\xa1\xb2\xcd\x34", 4}, std::string_view{"\x34\xcd\xb2\xa1", 4}};
  return std::ranges::any_of(kMagics, [&](auto magic) { return beginning.starts_with(magic); });
}

std::expected<PacketFile, std::string> PacketFile::open(InputFile& input) {
  std::FILE* stream = input.as_stream();
  if (stream == nullptr) return std::unexpected{"there is no memory to read it"};
  std::array<char, PCAP_ERRBUF_SIZE> error{};
  pcap* file =
      pcap_fopen_offline_with_tstamp_precision(stream, PCAP_TSTAMP_PRECISION_NANO, error.data());
  if (file == nullptr) {
    std::fclose(stream);
    return std::unexpected{std::string{error.data()}};
  }
  return PacketFile{file};
}

int PacketFile::datalink() const { return pcap_datalink(file_.get()); }

std::string datalink_name(int datalink) {
  const char* name = pcap_datalink_val_to_name(datalink);
  return name == nullptr ? std::to_string(datalink) : name;
}

std::expected<std::optional<Frame>, std::string> PacketFile::next() {
  pcap_pkthdr* header = nullptr;
  const unsigned char* bytes = nullptr;
  const int verdict = pcap_next_ex(file_.get(), &header, &bytes);
  if (verdict == PCAP_ERROR_BREAK) return std::nullopt;  // the end
  if (verdict != 1) return std::unexpected{std::string{pcap_geterr(file_.get())}};
  constexpr std::int64_t kSecond = 1'000'000'000;
  // A liar's date may not overflow; the nanoseconds of a pcap file may exceed a second.
  const std::int64_t seconds =
      std::clamp<std::int64_t>(header->ts.tv_sec, 0, INT64_MAX / kSecond - 8);
  const std::int64_t rest = std::clamp<std::int64_t>(header->ts.tv_usec, 0, 4 * kSecond);
  Frame frame{.mark = {++packets_, seconds * kSecond + rest}, .datalink = datalink()};
  frame.bytes = {reinterpret_cast<const char*>(bytes), header->caplen};
  frame.missing = header->len > header->caplen ? header->len - header->caplen : 0;
  return frame;
}

}  // namespace lastcall::replay::capture
