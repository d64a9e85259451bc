#include "sim/stage.hpp"

#include <algorithm>
#include <memory>
#include <vector>

namespace lastcall::sim {
namespace {

struct Kept {
  const Scenario* scenario;
  Setup setup;
  std::unique_ptr<Stage> stage;
};

}  // namespace

Runner staged() {
  const auto kept = std::make_shared<std::vector<Kept>>();
  return [kept](const Scenario& scenario, const Setup& setup, Chooser& chooser) {
    auto it = std::ranges::find_if(
        *kept, [&](const Kept& each) { return each.scenario == &scenario && each.setup == setup; });
    if (it == kept->end()) {
      kept->push_back({&scenario, setup, std::make_unique<Stage>(scenario, setup)});
      it = std::prev(kept->end());
    }
    return it->stage->run(chooser);
  };
}

}  // namespace lastcall::sim
