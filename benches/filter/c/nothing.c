/* What a static program takes that does nothing. */
int main(void)
{
    return 0;
}
