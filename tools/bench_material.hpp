#pragma once
// A capture for `lastcall bench import`: the calls of the plan scenarios as the simulation plays
// them, each with a Call-ID of its own and some audio, over and over until the file has its size.
// Ethernet, IPv4, UDP. The file has no name, so that nothing of it is left however we end.

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>

namespace lastcall::tools {

struct MaterialSize {
  std::uint64_t bytes = 0;          // the file has at least so many
  std::uint32_t audio_packets = 0;  // of each call
};

// A pcap file that is gone when this object is.
class Material {
 public:
  // The error is a sentence.
  [[nodiscard]] static std::expected<Material, std::string> make(const MaterialSize& size);
  ~Material();
  Material(Material&& other) noexcept;
  Material& operator=(Material&&) = delete;

  // By which this process and its children can open it.
  [[nodiscard]] std::string path() const;
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  [[nodiscard]] std::uint64_t packets() const { return packets_; }
  [[nodiscard]] std::uint64_t messages() const { return messages_; }

 private:
  explicit Material(int file) : file_(file) {}

  int file_ = -1;
  std::uint64_t bytes_ = 0, packets_ = 0, messages_ = 0;
};

}  // namespace lastcall::tools
