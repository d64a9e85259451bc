#include "tools/bench_material.hpp"

#include "engine/base/check.hpp"
#include "replay/exports/bytes.hpp"
#include "sim/run.hpp"
#include "sim/strategies/choosers.hpp"
#include "tools/search_options.hpp"

#include <fmt/core.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <unistd.h>
#include <utility>
#include <vector>

namespace lastcall::tools {
namespace {

constexpr std::array kScenarios{"normal-bye", "bye-during-audio", "bye-during-hold", "rapid-bye",
                                "silent-layer"};
constexpr std::size_t kWriteBytes = 1U << 20U;
constexpr std::int64_t kUsPerPacket = 500;
constexpr std::int64_t kBeginUs = 1'700'000'000'000'000;
constexpr std::uint16_t kSipPort = 5060;
constexpr std::uint16_t kAudioPort = 40'000;

using replay::exports::big;
using replay::exports::little;

// A message of a call, without the Call-ID's first letters, which each copy of the call sets.
struct Said {
  std::uint8_t from = 0, to = 0;  // actors
  std::string head;               // up to where the Call-ID begins
  std::string rest;
};
using Call = std::vector<Said>;

Said said(const sim::DatagramSent& sent) {
  constexpr std::string_view kCallId = "\r\nCall-ID: ";
  const std::size_t at = sent.bytes.find(kCallId);
  CHECK(at != std::string::npos, "every message names its call");
  return {sent.from, sent.to, sent.bytes.substr(0, at + kCallId.size()),
          sent.bytes.substr(at + kCallId.size())};
}

// The calls of the plan, as they go when nothing interferes.
std::vector<Call> plan_calls() {
  std::vector<Call> calls;
  for (const char* name : kScenarios) {
    const auto scenarios = load_scenarios({name});
    CHECK(scenarios, "the program carries its scenarios with it");
    sim::Fifo happy;
    Call call;
    for (const sim::TraceEntry& entry : sim::run(scenarios->front(), {}, happy).trace) {
      const auto* sent = std::get_if<sim::DatagramSent>(&entry.what);
      if (sent != nullptr) call.push_back(said(*sent));
    }
    calls.push_back(std::move(call));
  }
  return calls;
}

// Collects packets, and writes them in large pieces.
class Writer {
 public:
  explicit Writer(int file) : file_(file) {
    // Microseconds, version 2.4, Ethernet.
    buffer_ = little(0xa1b2c3d4, 4) + little(2, 2) + little(4, 2) + little(0, 8) +
              little(262'144, 4) + little(1, 4);
  }

  void udp(std::uint8_t from, std::uint8_t to, std::uint16_t port, std::string_view payload) {
    const std::size_t frame = payload.size() + 42;
    const std::int64_t at = kBeginUs + kUsPerPacket * static_cast<std::int64_t>(packets_++);
    buffer_ += little(static_cast<std::uint64_t>(at / 1'000'000), 4);
    buffer_ += little(static_cast<std::uint64_t>(at % 1'000'000), 4);
    buffer_ += little(frame, 4) + little(frame, 4);
    buffer_ += std::string(12, '\x02') + big(0x0800, 2);
    buffer_ += big(0x4500, 2) + big(frame - 14, 2) + big(0, 4) + big(0x4011, 2) + big(0, 2);
    buffer_ += big(0x0A000001U + from, 4) + big(0x0A000001U + to, 4);
    buffer_ += big(port, 2) + big(port, 2) + big(payload.size() + 8, 2) + big(0, 2);
    buffer_ += payload;
    if (buffer_.size() >= kWriteBytes) flush();
  }

  void flush() {
    for (std::string_view left = buffer_; !left.empty() && !failed_;) {
      const ssize_t count = ::write(file_, left.data(), left.size());
      failed_ = count <= 0;
      if (failed_) break;
      left.remove_prefix(static_cast<std::size_t>(count));
      bytes_ += static_cast<std::uint64_t>(count);
    }
    buffer_.clear();
  }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_ + buffer_.size(); }
  [[nodiscard]] std::uint64_t packets() const { return packets_; }
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  int file_;
  std::string buffer_;
  std::uint64_t bytes_ = 0, packets_ = 0;
  bool failed_ = false;
};

// G.711 of both sides (RFC 3551), in turn.
void put_audio(Writer& writer, std::uint32_t packets, std::uint32_t call) {
  const std::string silence(160, '\xD5');
  for (std::uint32_t i = 0; i < packets; ++i) {
    const std::uint8_t side = i % 2;
    writer.udp(
        side, side ^ 1U, kAudioPort,
        big(0x8008, 2) + big(i / 2, 2) + big(i / 2 * 160, 4) + big(2 * call + side, 4) + silence);
  }
}

}  // namespace

Material::Material(Material&& other) noexcept
    : file_(std::exchange(other.file_, -1)),
      bytes_(other.bytes_),
      packets_(other.packets_),
      messages_(other.messages_) {}

Material::~Material() {
  if (file_ >= 0) close(file_);
}

std::string Material::path() const { return fmt::format("/proc/{}/fd/{}", getpid(), file_); }

std::expected<Material, std::string> Material::make(const MaterialSize& size) {
  std::error_code none;
  std::string name = (std::filesystem::temp_directory_path(none) / "lastcall-XXXXXX").string();
  Material material{mkstemp(name.data())};
  if (material.file_ < 0) return std::unexpected{fmt::format("{}: {}", name, strerror(errno))};
  unlink(name.c_str());
  const std::vector<Call> calls = plan_calls();
  Writer writer{material.file_};
  for (std::uint32_t copy = 0; writer.bytes() < size.bytes && !writer.failed(); ++copy) {
    const Call& call = calls[copy % calls.size()];
    for (std::size_t i = 0; i < call.size(); ++i) {
      const Said& each = call[i];
      writer.udp(each.from, each.to, kSipPort,
                 fmt::format("{}{:08x}{}", each.head, copy, each.rest));
      if (i == call.size() / 2) put_audio(writer, size.audio_packets, copy);
    }
    material.messages_ += call.size();
  }
  writer.flush();
  if (writer.failed()) return std::unexpected{fmt::format("{}: {}", name, strerror(errno))};
  material.bytes_ = writer.bytes();
  material.packets_ = writer.packets();
  return material;
}

}  // namespace lastcall::tools
