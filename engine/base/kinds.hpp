#pragma once
// What a type is made from: for code that walks values of any type (canonical forms, texts of
// states). No values, no functions.

#include <optional>
#include <utility>
#include <variant>

namespace lastcall {
inline namespace base {

template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;
template <class T>
inline constexpr bool kIsVariant = false;
template <class... Ts>
inline constexpr bool kIsVariant<std::variant<Ts...>> = true;
template <class T>
inline constexpr bool kIsPair = false;
template <class A, class B>
inline constexpr bool kIsPair<std::pair<A, B>> = true;

}  // namespace base
}  // namespace lastcall
