#pragma once
// The word a writer probably meant: for error sentences. Knows no grammar.

#include <span>
#include <string>
#include <string_view>

namespace lastcall::sim {

// The one of `words` that takes the fewest insertions, deletions and replacements to become `word`;
// the first among equals. REQUIRES: words is not empty.
[[nodiscard]] std::string_view nearest(std::string_view word,
                                       std::span<const std::string_view> words);

// "'anwsers' is no action; the nearest is 'answers'"
[[nodiscard]] std::string unknown_word(std::string_view word, std::string_view kind,
                                       std::span<const std::string_view> words);

}  // namespace lastcall::sim
