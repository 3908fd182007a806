#include <map>
#include <string>

#include "tests/sim/world/run.h"

namespace realm::sim {

const std::map<std::string, std::string>& InvariantNames() {
  static const auto* names = new std::map<std::string, std::string>{
      {"answer-durable", "what was answered to a hook or shown by status is not taken back"},
      {"assertion", "no assertion of the product fails"},
      {"coordinator-opens", "the coordinator opens its own store"},
      {"directory-agrees", "at the end the directory names the realm that the platform uses"},
      {"directory-epoch", "the directory's epoch grows with each change"},
      {"directory-whole", "the directory names only a realm that has the blocking data"},
      {"directory-writable", "a realm that the directory calls writable takes writes"},
      {"end-decided", "a migration ends only as the platform has decided"},
      {"end-open", "after the end the tenant can write where it is"},
      {"end-whole", "after the end the tenant's realm has the latest of every record"},
      {"ends", "every migration ends, or says why a person must act"},
      {"frames-decode", "what a worker sends the coordinator understands"},
      {"home-whole", "no job changes the data where the platform sends the tenant"},
      {"leftover-kept", "what the target held before the move is not touched"},
      {"no-loss", "the latest version of each record is in some realm at every moment"},
      {"no-spinning", "the coordinator does not turn again and again with nothing to do"},
      {"nothing-left", "after the end nothing is left in the other realm"},
      {"one-writable", "at most one realm takes the tenant's writes"},
      {"open-decided", "a realm is opened only if the platform has decided for it"},
      {"open-whole", "a realm is opened only with the latest of every record"},
      {"read-latest", "a tenant reads what was last acknowledged"},
      {"replay-same", "a repeated hook gets the same answer"},
      {"rollback-honoured", "a rollback is honoured until the platform has switched"},
      {"rows-load", "every row that was written can be read"},
      {"secret-kept", "hooks are checked with the secret that was acknowledged last"},
      {"status-true", "ready-to-commit means that the target has the blocking data"},
      {"two-realms-only", "data is written in the source and the target realm only"},
      {"write-into-whole", "a realm that takes a write has the latest of every record"},
  };
  return *names;
}

}  // namespace realm::sim
