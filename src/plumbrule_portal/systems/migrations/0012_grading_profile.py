from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("systems", "0011_search_without_places")]

    operations = [
        migrations.AddField(model_name="grading", name="profile", field=models.CharField(default="", max_length=80)),
    ]
