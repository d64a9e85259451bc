#pragma once
// The packets of a pcapng file (draft-ietf-opsawg-pcapng): sections of either byte order, any
// number of interfaces, each with its own link type and resolution. Ours, because libpcap refuses
// files whose interfaces differ. The last frame's bytes are valid until next().

#include "replay/capture/packet_file.hpp"

#include <cstdint>
#include <cstdio>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace lastcall::replay::capture {

class PcapngFile {
 public:
  [[nodiscard]] static bool is_one(std::string_view beginning);
  // REQUIRES: `input` outlives this object.
  explicit PcapngFile(InputFile& input);

  // The next frame; nothing at the end. The error is a sentence, and the last thing that comes.
  [[nodiscard]] std::expected<std::optional<Frame>, std::string> next();

 private:
  struct Interface {
    int datalink = 0;
    std::uint32_t snap_bytes = 0;  // 0: no limit
    // A timestamp counts units of 10^-resolution seconds, or of 2^-resolution.
    unsigned resolution = 6;
    bool is_binary = false;
    std::int64_t offset_seconds = 0;
  };
  // The parts of the blocks that carry packets.
  struct Carried {
    std::size_t interface = 0;
    std::uint64_t timestamp = 0;
    std::size_t captured = 0;
    std::size_t length = 0;
    Bytes rest;
  };
  using Read = std::expected<bool, std::string>;

  [[nodiscard]] Read read_block();
  [[nodiscard]] Read read_section_magic();
  void read_interface();
  static void read_option(unsigned code, Bytes value, bool is_big, Interface& interface);
  [[nodiscard]] Carried carried() const;
  [[nodiscard]] Frame frame_of(const Carried& packet);
  [[nodiscard]] std::uint32_t u32(Reader& reader) const;
  [[nodiscard]] std::uint16_t u16(Reader& reader) const;
  [[nodiscard]] static std::int64_t nanoseconds(std::uint64_t timestamp,
                                                const Interface& interface);

  std::unique_ptr<std::FILE, int (*)(std::FILE*)> stream_;
  std::string body_;  // of the block that was read last
  std::uint32_t type_ = 0;
  bool is_big_ = false;
  std::vector<Interface> interfaces_;  // of this section
  std::uint64_t packets_ = 0;
};

}  // namespace lastcall::replay::capture
