#include "replay/capture/collector.hpp"

#include "engine/sip/parse.hpp"
#include "replay/capture/limits.hpp"
#include "replay/capture/start_line.hpp"

#include <fmt/core.h>

#include <utility>

namespace lastcall::replay::capture {
namespace {

// "an INVITE", "a 200".
std::string name_of(Bytes bytes) {
  const auto line = start_line(bytes);
  if (!line) return "a message";
  return line->status == 0 ? fmt::format("{} request", line->method)
                           : fmt::format("{} response", line->status);
}

}  // namespace

void Collector::message(Captured captured) {
  ++report_.messages;
  report_.last = captured.mark;
  if (captured.is_cut) {
    captured.fault = fmt::format("Of this {} only the first {} bytes were captured.",
                                 name_of(captured.bytes), captured.bytes.size());
  } else if (auto parsed = sip::parse(std::string{captured.bytes})) {
    captured.message = *std::move(parsed);
  } else {
    captured.fault =
        fmt::format("This {} breaks the grammar at byte {}: {}", name_of(captured.bytes),
                    parsed.error().position, parsed.error().sentence);
  }
  if (!captured.fault.empty()) problem(captured.mark.packet, captured.fault);
  if (listener_.on_message) listener_.on_message(captured);
  if (input_ != nullptr && report_.messages % limits::kMessagesPerProgress == 0) {
    progress({report_.packets, input_->bytes_read(), input_->bytes_total()});
  }
}

void Collector::media(const MediaPacket& packet) {
  ++report_.media_packets;
  if (listener_.on_media) listener_.on_media(packet);
}

void Collector::problem(std::uint64_t packet, std::string sentence) {
  ++report_.problem_count;
  if (report_.problems.size() >= limits::kProblemsMax) return;
  report_.problems.push_back({packet, std::move(sentence)});
}

void Collector::progress(const Progress& progress) const {
  if (listener_.on_progress) listener_.on_progress(progress);
}

}  // namespace lastcall::replay::capture
