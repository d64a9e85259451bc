#pragma once
// SecondProcess: this program once more, with another heap layout and other garbage in fresh
// memory, to which runs are given to be made again (sim/search Again). What depends on addresses,
// on uninitialised bytes or on what the first process did before shows as a difference there. One
// request at a time, over two pipes. The verb it runs is hidden: `lastcall again`.

#include "sim/search.hpp"
#include "tools/verbs.hpp"

#include <cstdio>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace lastcall::tools {

class SecondProcess {
 public:
  // `scenarios`: as named on the command line, since files are read again over there.
  explicit SecondProcess(const std::vector<std::string>& scenarios);
  ~SecondProcess();
  SecondProcess(const SecondProcess&) = delete;
  SecondProcess& operator=(const SecondProcess&) = delete;

  // Whether it could be started.
  [[nodiscard]] bool works() const { return to_ != nullptr; }

  // How the run differs over there; nothing if it does not. REQUIRES: works().
  [[nodiscard]] std::optional<std::string> difference(const sim::Scenario& scenario,
                                                      const sim::Setup& setup,
                                                      const sim::ChoiceMap& choices,
                                                      const sim::RunResult& first);

 private:
  [[nodiscard]] std::string ask(const std::string& request);

  pid_t child_ = -1;
  std::FILE* to_ = nullptr;
  std::FILE* from_ = nullptr;
};

// Adds the hidden verb `again`: what the second process does.
void add_again(CLI::App& app, Exit& exit);

}  // namespace lastcall::tools
