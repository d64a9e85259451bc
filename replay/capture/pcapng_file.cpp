#include "replay/capture/pcapng_file.hpp"

#include "replay/capture/limits.hpp"

#include <algorithm>
#include <bit>
#include <pcap/dlt.h>

namespace lastcall::replay::capture {
namespace {

enum BlockType : std::uint32_t {
  kSection = 0x0a0d0d0a,
  kInterface = 1,
  kOldPacket = 2,
  kSimplePacket = 3,
  kEnhancedPacket = 6,
};
constexpr std::uint32_t kByteOrder = 0x1a2b3c4d;

enum Option : unsigned { kResolution = 9, kOffset = 14 };

bool is_packet(std::uint32_t type) {
  return type == kOldPacket || type == kSimplePacket || type == kEnhancedPacket;
}

// Files name raw IP otherwise than programs do.
int datalink_of(unsigned linktype) {
  constexpr unsigned kRawInFiles = 101;
  return linktype == kRawInFiles ? DLT_RAW : static_cast<int>(linktype);
}

std::uint64_t power_of_ten(unsigned exponent) {
  std::uint64_t value = 1;
  while (exponent-- > 0) value *= 10;
  return value;
}

}  // namespace

bool PcapngFile::is_one(std::string_view beginning) {
  return beginning.starts_with("\x0a\x0d\x0d\x0a");
}

PcapngFile::PcapngFile(InputFile& input) : stream_(input.as_stream(), std::fclose) {}

std::uint32_t PcapngFile::u32(Reader& reader) const {
  const std::uint32_t value = reader.be32();
  return is_big_ ? value : std::byteswap(value);
}

std::uint16_t PcapngFile::u16(Reader& reader) const {
  return is_big_ ? reader.be16() : reader.le16();
}

std::expected<std::optional<Frame>, std::string> PcapngFile::next() {
  while (true) {
    const Read read = read_block();
    if (!read) return std::unexpected{read.error()};
    if (!*read) return std::nullopt;
    if (type_ == kInterface) read_interface();
    if (!is_packet(type_)) continue;
    return frame_of(carried());
  }
}

Frame PcapngFile::frame_of(const Carried& packet) {
  const bool has_interface = packet.interface < interfaces_.size();
  const Interface interface =
      has_interface ? interfaces_[packet.interface] : Interface{.datalink = kNoInterface};
  Frame frame{.mark = {++packets_, nanoseconds(packet.timestamp, interface),
                       static_cast<std::uint32_t>(packet.interface)},
              .bytes = packet.rest.substr(0, packet.captured),
              .datalink = interface.datalink};
  // A packet that says it is longer than its block ends with it.
  const std::size_t length = std::max(packet.length, packet.captured);
  frame.missing = length - frame.bytes.size();
  return frame;
}

// Reads a block into `type_` and `body_`; false at the end of the file.
PcapngFile::Read PcapngFile::read_block() {
  if (!stream_) return std::unexpected{std::string{"there is no memory to read it"}};
  std::string head(8, '\0');
  const std::size_t count = std::fread(head.data(), 1, head.size(), stream_.get());
  if (count == 0 && std::ferror(stream_.get()) == 0) return false;
  const std::unexpected truncated{std::string{"the file ends inside a block"}};
  if (count < head.size()) return truncated;
  Reader reader{head};
  type_ = u32(reader);
  std::size_t read = head.size();
  if (type_ == kSection) {  // the same in either byte order
    const Read magic = read_section_magic();
    if (!magic) return magic;
    read += 4;
  }
  const std::size_t length = u32(reader);
  if (length < read + 4 || length > limits::kBlockBytesMax) {
    return std::unexpected{std::string{"a block has an impossible length"}};
  }
  const std::size_t padded = (length + 3) / 4 * 4;
  body_.resize(padded - read);
  if (std::fread(body_.data(), 1, body_.size(), stream_.get()) < body_.size()) return truncated;
  body_.resize(length - read - 4);  // its length stands behind it again
  return true;
}

PcapngFile::Read PcapngFile::read_section_magic() {
  std::string magic(4, '\0');
  const std::size_t count = std::fread(magic.data(), 1, magic.size(), stream_.get());
  const std::uint32_t value = Reader{magic}.be32();
  is_big_ = value == kByteOrder;
  interfaces_.clear();
  if (count < magic.size() || (!is_big_ && value != std::byteswap(kByteOrder))) {
    return std::unexpected{std::string{"a section has no byte order"}};
  }
  return true;
}

void PcapngFile::read_interface() {
  if (interfaces_.size() >= limits::kInterfacesMax) return;  // its packets will tell
  Reader reader{body_};
  Interface interface;
  interface.datalink = datalink_of(u16(reader));
  reader.skip(2);
  interface.snap_bytes = u32(reader);
  while (!reader.failed() && !reader.rest().empty()) {
    const unsigned code = u16(reader);
    const std::size_t size = u16(reader);
    read_option(code, reader.take(size), is_big_, interface);
    reader.skip(std::min((4 - size % 4) % 4, reader.rest().size()));
  }
  interfaces_.push_back(interface);
}

void PcapngFile::read_option(unsigned code, Bytes value, bool is_big, Interface& interface) {
  Reader reader{value};
  if (code == kResolution && value.size() == 1) {
    const unsigned byte = reader.u8();
    interface.is_binary = (byte & 0x80U) != 0;
    interface.resolution = std::min(byte & 0x7fU, interface.is_binary ? 63U : 19U);
  }
  if (code == kOffset && value.size() == 8) {
    const std::uint64_t first = reader.be32();
    const std::uint64_t big = first << 32U | reader.be32();
    interface.offset_seconds = static_cast<std::int64_t>(is_big ? big : std::byteswap(big));
  }
}

PcapngFile::Carried PcapngFile::carried() const {
  Reader reader{body_};
  Carried packet;
  if (type_ == kSimplePacket) {
    packet.length = u32(reader);
    const std::uint32_t snap = interfaces_.empty() ? 0 : interfaces_.front().snap_bytes;
    packet.captured = snap == 0 ? packet.length : std::min<std::size_t>(packet.length, snap);
  } else {
    packet.interface = type_ == kOldPacket ? u16(reader) : u32(reader);
    if (type_ == kOldPacket) reader.skip(2);  // how many were dropped
    const std::uint64_t high = u32(reader);
    packet.timestamp = high << 32U | u32(reader);
    packet.captured = u32(reader);
    packet.length = u32(reader);
  }
  packet.rest = reader.rest();
  return packet;
}

std::int64_t PcapngFile::nanoseconds(std::uint64_t timestamp, const Interface& interface) {
  constexpr std::uint64_t kSecond = 1'000'000'000;
  constexpr std::int64_t kSecondsMax = INT64_MAX / static_cast<std::int64_t>(kSecond) - 8;
  std::uint64_t seconds = 0;
  std::uint64_t rest = 0;
  if (interface.is_binary) {
    const unsigned bits = interface.resolution;
    seconds = timestamp >> bits;
    const std::uint64_t fraction = timestamp & ((std::uint64_t{1} << bits) - 1);
    const unsigned kept = std::min(bits, 32U);  // or the product would not fit
    rest = ((fraction >> (bits - kept)) * kSecond) >> kept;
  } else {
    const std::uint64_t units = power_of_ten(interface.resolution);
    seconds = timestamp / units;
    const std::uint64_t fraction = timestamp % units;
    rest = units <= kSecond ? fraction * (kSecond / units) : fraction / (units / kSecond);
  }
  const auto capped = static_cast<std::int64_t>(std::min<std::uint64_t>(seconds, kSecondsMax));
  const std::int64_t offset = std::clamp(interface.offset_seconds, -kSecondsMax, kSecondsMax);
  const std::int64_t at = std::clamp<std::int64_t>(
      offset > 0 ? std::min(capped, kSecondsMax - offset) + offset : capped + offset, 0,
      kSecondsMax);
  return at * static_cast<std::int64_t>(kSecond) + static_cast<std::int64_t>(rest);
}

}  // namespace lastcall::replay::capture
