#pragma once
// What every fuzz target defines: one run over some bytes. It aborts (CHECK) when a property fails.
// main.cpp gives it to libFuzzer.

#include <string_view>

namespace lastcall::fuzz {

void run(std::string_view bytes);

}  // namespace lastcall::fuzz
