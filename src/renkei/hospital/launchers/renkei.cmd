@echo off
rem Installs the tool into this user's own folder on the first run, then starts it; needs no rights.
setlocal
set "HERE=%~dp0"
if not defined RENKEI_HOME set "RENKEI_HOME=%LOCALAPPDATA%\renkei-hospital"
for %%W in ("%HERE%wheels\renkei-*.whl") do set "WHEEL=%%~nxW"
set "DONE="
if exist "%RENKEI_HOME%\installed" set /p DONE=<"%RENKEI_HOME%\installed"
if "%DONE%"=="%WHEEL%" goto run
if not exist "%RENKEI_HOME%" mkdir "%RENKEI_HOME%"
set "PY=py -3.11"
for %%A in ("%HERE%python\*.tar.gz") do (
  tar -xzf "%%A" -C "%RENKEI_HOME%" || exit /b 1
  set PY="%RENKEI_HOME%\python\python.exe"
)
%PY% -m venv --clear "%RENKEI_HOME%\tool" || exit /b 1
"%RENKEI_HOME%\tool\Scripts\python.exe" -m pip install --quiet --disable-pip-version-check --no-index --no-deps --find-links "%HERE%wheels" --require-hashes --requirement "%HERE%requirements.txt" || exit /b 1
>"%RENKEI_HOME%\installed" echo %WHEEL%
:run
"%RENKEI_HOME%\tool\Scripts\renkei.exe" %*
