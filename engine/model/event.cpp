#include "engine/model/event.hpp"

namespace lastcall {
inline namespace model {
namespace {

template <class Fact>
CallId call_of_fact(const Fact& fact) {
  if constexpr (requires { fact.call; }) {
    return fact.call;
  } else {
    return {};
  }
}

}  // namespace

std::string_view type_of(const Event& event) {
  return visit_event(event, [](const auto& fact) { return std::decay_t<decltype(fact)>::kName; });
}

CallId call_of(const Event& event) {
  return visit_event(event, [](const auto& fact) { return call_of_fact(fact); });
}

CallId call_of(const Input& input) {
  return std::visit([](const auto& fact) { return call_of_fact(fact); }, input);
}

}  // namespace model
}  // namespace lastcall
