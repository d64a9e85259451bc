#include "engine/host/resolver.hpp"

#include "engine/model/limits.hpp"

#include <algorithm>
#include <utility>

namespace lastcall::host {
namespace {

// That a name does not exist may change soon; and nothing is believed for longer than an hour.
constexpr Duration kNothingHolds = std::chrono::seconds{10};
constexpr Duration kHoldsMax = std::chrono::hours{1};

bool is_empty(const Answer& answer) {
  return answer.naptrs.empty() && answer.srvs.empty() && answer.addresses.empty();
}

}  // namespace

Resolver::Resolver(Lookup lookup, TargetSearch::Means means)
    : lookup_(std::move(lookup)), means_(std::move(means)) {}

void Resolver::resolve(const std::string& uri, std::function<void(Targets)> done) {
  go_on(std::make_shared<Search>(Search{TargetSearch{uri, means_}, std::move(done)}));
}

// Answers what is known; asks for the rest, one question at a time.
void Resolver::go_on(const std::shared_ptr<Search>& search) {
  while (const auto question = search->targets.question()) {
    if (const Answer* const answer = known(*question)) {
      search->targets.answer(*answer);
      continue;
    }
    if (under_way_ == limits::kLookupsMax) {
      ++refused_;
      return search->done({});
    }
    ++under_way_;
    return lookup_(*question, [this, search, asked = *question](const Answer& answer) {
      --under_way_;
      remember(asked, answer);
      search->targets.answer(answer);
      go_on(search);
    });
  }
  search->done(search->targets.targets());
}

const Answer* Resolver::known(const Question& question) {
  const auto it = known_.find(question);
  if (it == known_.end()) return nullptr;
  if (it->second.until > Clock::now()) return &it->second.answer;
  known_.erase(it);
  return nullptr;
}

void Resolver::remember(const Question& question, const Answer& answer) {
  if (answer.failed) return;  // asked again next time
  const Duration holds = is_empty(answer) ? kNothingHolds : std::min(answer.ttl, kHoldsMax);
  if (holds <= Duration::zero()) return;
  if (known_.size() >= limits::kNamesCachedMax) {
    known_.erase(
        std::ranges::min_element(known_, {}, [](const auto& entry) { return entry.second.until; }));
  }
  known_.insert_or_assign(question, Known{answer, Clock::now() + holds});
}

}  // namespace lastcall::host
