#pragma once
// Why a text is not what it should be: the place and a sentence a person can act on. Returned by
// every decoder of this floor; never thrown.

#include <cstddef>
#include <string>

namespace lastcall::sip {

struct ParseError {
  std::size_t position = 0;  // byte offset into the text given to the decoder
  std::string sentence;

  bool operator==(const ParseError&) const = default;
};

}  // namespace lastcall::sip
