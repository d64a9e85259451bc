#pragma once
// The packets of a pcap file, by libpcap: either byte order, micro- or nanoseconds. Gives
// frames as they were captured; takes none apart. The last frame's bytes are valid until next().

#include "replay/capture/captured.hpp"
#include "replay/capture/input_file.hpp"
#include "replay/capture/reader.hpp"

#include <cstddef>
#include <expected>
#include <memory>
#include <optional>
#include <string>

struct pcap;

namespace lastcall::replay::capture {

// The link type of a frame whose interface is not known.
inline constexpr int kNoInterface = -1;

struct Frame {
  PacketMark mark;
  Bytes bytes;
  int datalink = 0;         // the link type, a DLT_ value of libpcap
  std::size_t missing = 0;  // how many more bytes the frame had than were captured
};

// What libpcap calls a link type.
[[nodiscard]] std::string datalink_name(int datalink);

class PacketFile {
 public:
  // Whether a file that begins like this is for us.
  [[nodiscard]] static bool is_one(std::string_view beginning);
  // The error is a sentence. REQUIRES: `input` outlives this object.
  [[nodiscard]] static std::expected<PacketFile, std::string> open(InputFile& input);

  // The link type of all frames.
  [[nodiscard]] int datalink() const;

  // The next frame; nothing at the end. The error is a sentence, and the last thing that comes.
  [[nodiscard]] std::expected<std::optional<Frame>, std::string> next();

 private:
  struct Close {
    void operator()(pcap* file) const;
  };
  explicit PacketFile(pcap* file) : file_(file) {}

  std::unique_ptr<pcap, Close> file_;
  std::uint64_t packets_ = 0;
};

}  // namespace lastcall::replay::capture
