#pragma once
// One list of fields per struct, read by everything that must see all of them: the JSON codec, the
// rolling hash, the state hash. A struct is described when it has a tuple kFields:
//
//   struct ByeAccepted {
//     static constexpr std::string_view kName = "ByeAccepted";
//     DialogId dialog;
//     std::uint32_t cseq = 0;
//     static constexpr auto kFields =
//         std::tuple{field("dialog", &ByeAccepted::dialog), field("cseq", &ByeAccepted::cseq)};
//   };

#include <string_view>
#include <tuple>

namespace lastcall {
inline namespace base {

template <class Owner, class T>
struct Field {
  std::string_view name;
  T Owner::* member;
};

template <class Owner, class T>
[[nodiscard]] constexpr Field<Owner, T> field(std::string_view name, T Owner::* member) {
  return {name, member};
}

template <class T>
concept Described = requires { T::kFields; };

// Calls f(name, value) for each field of `object`, in declared order.
template <Described T, class F>
constexpr void for_each_field(const T& object, F&& f) {
  std::apply([&](const auto&... each) { (f(each.name, object.*each.member), ...); }, T::kFields);
}

// The same for an object that f may change.
template <Described T, class F>
constexpr void for_each_field(T& object, F&& f) {
  std::apply([&](const auto&... each) { (f(each.name, object.*each.member), ...); }, T::kFields);
}

}  // namespace base
}  // namespace lastcall
