# Real calls: lastcall as a program against sipp. Skipped, with a notice, where sipp is missing.
foreach(verb serve call)
  add_test(NAME e2e.${verb}
    COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/${verb}_test.py $<TARGET_FILE:lastcall>)
  set_tests_properties(e2e.${verb} PROPERTIES LABELS e2e SKIP_RETURN_CODE 77 TIMEOUT 300)
endforeach()
