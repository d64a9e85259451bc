#include "replay/capture/tally.hpp"

#include "replay/capture/limits.hpp"
#include "replay/capture/start_line.hpp"

#include <xxhash.h>

namespace lastcall::replay::capture {

void Tally::add(const Captured& captured) {
  const auto line = start_line(captured.bytes);
  if (!line) return;
  if (line->status != 0) {
    ++answers_[line->status];
  } else {
    std::string method{line->method};
    const bool is_known = methods_.contains(method) || methods_.size() < limits::kMethodsMax;
    ++methods_[is_known ? std::move(method) : "other"];
  }
  add_call_id(captured.message ? captured.message->call_id()
                               : header_value(captured.bytes, Header::kCallId));
}

void Tally::add_call_id(std::string_view call_id) {
  if (call_id.empty()) return;
  const std::uint64_t hash = XXH3_64bits(call_id.data(), call_id.size());
  if (call_ids_.size() < limits::kCallIdsMax) {
    call_ids_.insert(hash);
  } else if (!call_ids_.contains(hash)) {
    has_more_call_ids_ = true;
  }
}

}  // namespace lastcall::replay::capture
