#pragma once
// What a capture is known by: how many messages, Call-IDs, requests per method and responses per
// status it shows. Packets seen are counted, so a second tap or a proxy's hop counts again.

#include "replay/capture/captured.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_set>

namespace lastcall::replay::capture {

class Tally {
 public:
  void add(const Captured& captured);

  [[nodiscard]] const std::map<std::string, std::uint64_t>& methods() const { return methods_; }
  [[nodiscard]] const std::map<int, std::uint64_t>& answers() const { return answers_; }
  // How many different ones; at least so many when has_more_call_ids().
  [[nodiscard]] std::size_t call_ids() const { return call_ids_.size(); }
  [[nodiscard]] bool has_more_call_ids() const { return has_more_call_ids_; }

 private:
  void add_call_id(std::string_view call_id);

  std::map<std::string, std::uint64_t> methods_;  // beyond limits.hpp kMethodsMax: "other"
  std::map<int, std::uint64_t> answers_;
  std::unordered_set<std::uint64_t> call_ids_;  // by hash: a capture may have millions
  bool has_more_call_ids_ = false;
};

}  // namespace lastcall::replay::capture
