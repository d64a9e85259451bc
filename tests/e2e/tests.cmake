# Real calls: lastcall as a program against sipp. Skipped, with a notice, where sipp is missing.
foreach(name serve call crash full_disk)
  add_test(NAME e2e.${name}
    COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_LIST_DIR}/${name}_test.py
            $<TARGET_FILE:lastcall>)
  set_tests_properties(e2e.${name} PROPERTIES LABELS e2e SKIP_RETURN_CODE 77 TIMEOUT 300
                       RUN_SERIAL TRUE  # a caller that waits 0.5 s for the machine repeats itself
                      )
endforeach()
