#pragma once
// Where everything that reads a capture hands in what it found: counts it, parses messages, keeps
// the problems, and tells the listener. One per import.

#include "replay/capture/captured.hpp"
#include "replay/capture/input_file.hpp"
#include "replay/capture/reader.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace lastcall::replay::capture {

class Collector {
 public:
  explicit Collector(const Listener& listener) : listener_(listener) {}

  // A message, without `message` set. What is cut or breaks the grammar is told as a problem too.
  void message(Captured captured);
  void media(const MediaPacket& packet);
  void problem(std::uint64_t packet, std::string sentence);
  void progress(const Progress& progress) const;

  // From now on messages tell how far reading this file has come. REQUIRES: it outlives us.
  void reads(const InputFile& input) { input_ = &input; }

  Report& report() { return report_; }

 private:
  const Listener& listener_;
  Report report_;
  const InputFile* input_ = nullptr;
};

}  // namespace lastcall::replay::capture
