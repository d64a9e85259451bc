#include "sim/explain.hpp"

#include "sim/choice_text.hpp"
#include "sim/strategies/choosers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace lastcall::sim {
namespace {

// Other values tried for each choice: neighbours and far ones.
constexpr std::uint32_t kOtherValues[] = {1, 2, 3, 5, 8};

using Decided = std::vector<std::pair<ChoiceKey, std::uint32_t>>;

class Explainer {
 public:
  Explainer(const ChoiceMap& choices, const RunResult& failing, const std::string& origin,
            const Attempt& attempt)
      : choices_(choices), failing_(failing), origin_(origin), attempt_(attempt) {}

  Explanation explain() {
    for (const auto& [key, value] : choices_) {
      ChoiceNote note{.key = key, .value = value};
      ChoiceMap without = choices_;
      without.erase(key);
      note.must_hold = !fails(without);
      note.is_free = note.must_hold && others_fail(key, value);
      told_.depth += note.must_hold ? 1 : 0;
      told_.choices.push_back(note);
      // One less of it passes too, and is nearer.
      if (note.must_hold && value > 1) (void)fails_with(key, value - 1);
    }
    told_.swap = swap();
    return std::move(told_);
  }

 private:
  bool fails(const ChoiceMap& map) {
    Recorded recorded(map);
    RunResult run = attempt_(recorded);
    ++told_.runs;
    if (find_origin(run, origin_) != nullptr) return true;
    keep_nearest(std::move(run));
    return false;
  }

  bool fails_with(const ChoiceKey& key, std::uint32_t value) {
    ChoiceMap map = choices_;
    map[key] = value;
    return fails(map);
  }

  // A loss or a duplicate has no other value.
  bool others_fail(const ChoiceKey& key, std::uint32_t value) {
    if (key.kind == ChoiceKind::kLoss || key.kind == ChoiceKind::kDuplicate) return false;
    return std::ranges::all_of(kOtherValues, [&](std::uint32_t other) {
      return other == value || fails_with(key, other);
    });
  }

  // How many decisions two runs share before they part.
  static std::size_t shared(const Decided& a, const Decided& b) {
    const auto parted =
        std::ranges::mismatch(a, b, {}, &Decided::value_type::first, &Decided::value_type::first);
    return static_cast<std::size_t>(parted.in1 - a.begin());
  }

  void keep_nearest(RunResult passing) {
    if (nearest_ &&
        shared(failing_.decided, passing.decided) <= shared(failing_.decided, nearest_->decided)) {
      return;
    }
    nearest_ = std::move(passing);
  }

  std::string swap() const {
    if (!nearest_) return {};
    const std::size_t at = shared(failing_.decided, nearest_->decided);
    if (at >= failing_.decided.size() || at >= nearest_->decided.size()) return {};
    const ChoiceKey& first = failing_.decided[at].first;
    const ChoiceKey& other = nearest_->decided[at].first;
    return fmt::format("it fails when {} comes before {}, and passes the other way round",
                       to_subject(first), to_subject(other));
  }

  const ChoiceMap& choices_;
  const RunResult& failing_;
  const std::string& origin_;
  const Attempt& attempt_;
  std::optional<RunResult> nearest_;  // the passing run that parts from the failing one last
  Explanation told_;
};

}  // namespace

Explanation explain(const ChoiceMap& choices, const RunResult& failing, const std::string& origin,
                    const Attempt& attempt) {
  return Explainer(choices, failing, origin, attempt).explain();
}

}  // namespace lastcall::sim
